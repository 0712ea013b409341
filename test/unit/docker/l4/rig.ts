import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { systemClock } from '../../../../docker/balancing/clock.ts';
import { createGroup } from '../../../../docker/balancing/group.ts';
import { probeTarget } from '../../../../docker/balancing/probe/probes.ts';
import { createForwarder } from '../../../../docker/l4/forwarder.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import { probePreface } from '../../../../docker/l4/preface.ts';
import type { L4Patch } from '../../../../docker/protocol/balancer.ts';
import type { NewEvent } from '../../../../docker/protocol/events.ts';
import { waitUntil } from '../../../support/wait.ts';

export interface RawBackend {
  readonly port: number;
  readonly sockets: Socket[];
  readonly server: Server;
  close(): Promise<void>;
}

export async function rawBackend(onSocket: (socket: Socket) => void, port = 0): Promise<RawBackend> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    server,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const backend = await rawBackend(() => undefined);
  await backend.close();
  return backend.port;
}

/** A forwarder before the given ports; without a health check unless the patch asks for one. */
export async function forwarderTo(ports: readonly number[], patch: L4Patch = {}) {
  const targets = ports.map((port, index) => ({ id: `t${index + 1}`, address: '127.0.0.1', port }));
  const parse = (more: L4Patch) =>
    l4SettingsSchema.parse({ healthCheck: { protocol: 'none' }, targets, ...patch, ...more });
  let settings = parse({});
  const events: NewEvent[] = [];
  const group = createGroup(settings, {
    clock: systemClock,
    random: Math.random,
    probe: (target, check, signal) =>
      probeTarget({ ...target, preface: probePreface(settings.proxyProtocol) }, check, signal),
    listener: '127.0.0.1:0',
    emit: (event) => events.push(event),
  });
  const forwarder = createForwarder(group, () => settings, systemClock);
  const port = await forwarder.listen({ address: '127.0.0.1', port: 0 });
  return {
    port,
    group,
    forwarder,
    events,
    targets,
    change(more: L4Patch) {
      settings = parse(more);
      group.update(settings);
      forwarder.settingsChanged();
    },
    async close() {
      group.dispose();
      await forwarder.close();
    },
  };
}

export interface RawClient {
  readonly socket: Socket;
  /** All bytes so far. */
  bytes(): Buffer;
  text(): string;
  /** 'open' until FIN came ('ended'), an error came (its code), or it is closed. */
  fate(): string;
}

export async function rawClient(port: number, from?: string): Promise<RawClient> {
  const place = { port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) };
  const socket = connect({ ...place, allowHalfOpen: true, noDelay: true });
  const chunks: Buffer[] = [];
  let fate = 'open';
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('end', () => (fate = 'ended'));
  socket.on('error', (error: NodeJS.ErrnoException) => (fate = error.code ?? error.message));
  await waitUntil(() => !socket.connecting || fate !== 'open', 10_000, 'the client connection');
  const bytes = () => Buffer.concat(chunks);
  return { socket, bytes, text: () => bytes().toString(), fate: () => fate };
}
