import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { startClient } from '../../../../docker/client/client.ts';
import { createEventRing } from '../../../../docker/lib/event-ring.ts';
import type { Program } from '../../../../docker/lib/program-types.ts';
import { changedPaths } from '../../../../docker/lib/changed-paths.ts';
import { createRequestRing } from '../../../../docker/lib/request-ring.ts';
import { clientConfigSchema } from '../../../../docker/protocol/client.ts';
import type { ClientPatch, ClientSettings } from '../../../../docker/protocol/client.ts';
import type { Json } from '../../../../docker/protocol/json.ts';
import type { Identity } from '../../../../docker/protocol/tls.ts';
import type { ClientStats } from '../../../../docker/protocol/stats.ts';
import { waitUntil } from '../../../support/wait.ts';

/** A load client inside the test, towards `port` on loopback, and what it says. */
export interface TestClient {
  readonly program: Program;
  stats(): ClientStats;
  patch(change: Partial<ClientSettings>): void;
  /** The counters once sending has ended by itself and nothing is in flight. */
  quiet(): Promise<ClientStats>;
  notes(): readonly string[];
  records(): ReturnType<ReturnType<typeof createRequestRing>['after']>;
  call(method: string, path: string, body?: Json, query?: string): Promise<unknown>;
  stop(): Promise<void>;
}

export function startTestClient(port: number, settings: ClientPatch = {}, identity?: Identity): TestClient {
  const config = clientConfigSchema.parse({
    role: 'client',
    node: 'client-1',
    admin: '/unused',
    identity,
    settings: { address: '127.0.0.1', port, rate: 1000, ...settings },
  });
  const context = {
    node: config.node,
    events: createEventRing(Date.now),
    records: createRequestRing(1),
    now: Date.now,
  };
  const program = startClient(config, context);
  const reader = {};
  const stats = () => program.stats(reader) as ClientStats;
  const get = () => program.settings.get() as ClientSettings;
  return {
    program,
    stats,
    patch(change) {
      const next = { ...get(), ...change };
      program.settings.apply(next, changedPaths(get(), next));
    },
    quiet: () =>
      waitUntil(
        () => {
          const now = stats();
          return !get().running && now.inFlight === 0 ? now : null;
        },
        15_000,
        'the end of the load',
      ),
    notes: () => context.events.after(0).flatMap((event) => (event.type === 'note' ? [event.text] : [])),
    records: () => context.records.after(0),
    async call(method, path, body, query = '') {
      const route = program.routes?.find((each) => each.method === method && each.path === path);
      if (route === undefined) throw new Error(`no route ${method} ${path}`);
      return await route.handle({ params: {}, query: new URLSearchParams(query), body });
    },
    stop: () => program.stop('test'),
  };
}

export interface TestServer {
  readonly port: number;
  /** Every connection so far, closed ones too. */
  readonly connections: readonly net.Socket[];
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A server of bare sockets: `serve` is called with each request's text, and may do to the connection what it likes. */
export async function startServer(
  serve: (socket: net.Socket, request: string, index: number) => void,
): Promise<TestServer> {
  const connections: net.Socket[] = [];
  const requests: string[] = [];
  const server = net.createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4 + Number(/content-length: (\d+)/.exec(request)?.[1] ?? 0));
        requests.push(request);
        serve(socket, request, requests.length - 1);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    requests,
    close() {
      for (const socket of connections) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer; closes nothing. */
export function answer(status = 200, body = 'ok', headers = ''): string {
  return `HTTP/1.1 ${status} Some\r\nx-blindspot-server: b1\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startServer(() => undefined);
  await server.close();
  return server.port;
}
