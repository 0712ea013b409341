import type { ClientSettings } from '../protocol/client.ts';
import type { TransportFactory } from './exchange.ts';
import { createHttp1 } from './http1/http1.ts';

/** Every protocol, by name. Adding one is a line here and its file. */
export const transports: Readonly<Record<ClientSettings['protocol'], TransportFactory>> = {
  http1: createHttp1,
  http2: createHttp1,
  websocket: createHttp1,
  grpc: createHttp1,
  tcp: createHttp1,
  udp: createHttp1,
};
