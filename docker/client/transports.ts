import type { ClientSettings } from '../protocol/client.ts';
import type { TransportFactory } from './exchange.ts';
import { createHttp1 } from './protocols/http1.ts';
import { createGrpc } from './protocols/grpc.ts';
import { createHttp2 } from './protocols/http2.ts';
import { createQuic } from './protocols/quic.ts';
import { createTcp } from './protocols/tcp.ts';
import { createUdp } from './protocols/udp.ts';
import { createWebsocket } from './protocols/websocket.ts';

/** Every protocol, by name. Adding one is a line here, one in the settings' list, and its file. */
export const transports: Readonly<Record<ClientSettings['protocol'], TransportFactory>> = {
  http1: createHttp1,
  http2: createHttp2,
  websocket: createWebsocket,
  grpc: createGrpc,
  tcp: createTcp,
  udp: createUdp,
  quic: createQuic,
};
