import { createServer, request } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../../docker/balancing/clock.ts';
import { createGroup } from '../../../../docker/balancing/group.ts';
import { probeTarget } from '../../../../docker/balancing/probe/probes.ts';
import type { PolicyKind } from '../../../../docker/l7/policies/policy-kind.ts';
import { createProxy } from '../../../../docker/l7/proxy.ts';
import { createRequestRing } from '../../../../docker/lib/request-ring.ts';
import { l7SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';
import type { Identity } from '../../../../docker/protocol/tls.ts';
import { rawBackend } from '../l4/rig.ts';

const cleanups: (() => unknown)[] = [];

/** Whatever a test opened goes with it: `afterEach(cleanUp)`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function onCleanUp(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export async function httpBackend(listener: RequestListener) {
  let connections = 0;
  const server = createServer(listener).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

export async function raw(...args: Parameters<typeof rawBackend>) {
  const made = await rawBackend(...args);
  cleanups.push(made.close);
  return made.port;
}

/** A proxy before these ports; `policies` stand in for the list. */
export async function proxyTo(
  ports: readonly number[],
  patch: L7Patch = {},
  policies?: readonly PolicyKind[],
  identity?: Identity,
  logTo?: (line: string) => void,
) {
  const targets = ports.map((port, index) => ({ id: `t${index + 1}`, address: '127.0.0.1', port }));
  const parse = (more: L7Patch) =>
    l7SettingsSchema.parse({ healthCheck: { protocol: 'none' }, targets, ...patch, ...more });
  let settings = parse({});
  const log: Record<string, unknown>[] = [];
  const group = createGroup(settings, {
    clock: systemClock,
    random: Math.random,
    probe: probeTarget,
    listener: '127.0.0.1:0',
    emit: () => undefined,
  });
  const records = createRequestRing(1);
  const proxy = createProxy({
    group,
    services: { clock: systemClock, random: Math.random, emit: () => undefined },
    records,
    identity,
    ...(policies === undefined ? {} : { policies }),
    settings: () => settings,
    log: logTo ?? ((line) => log.push(JSON.parse(line) as Record<string, unknown>)),
  });
  const port = await proxy.listen({ address: '127.0.0.1', port: 0 });
  cleanups.push(async () => {
    group.dispose();
    await proxy.close();
  });
  const change = (more: L7Patch) => {
    settings = parse(more);
    group.update(settings);
    proxy.settingsChanged();
  };
  return { port, proxy, group, records, log, change };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly complete: boolean;
}

export function ask(
  port: number,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const asked = request(
      { port, host: '127.0.0.1', method, path: '/x?y=1', headers, agent: false },
      (response) => {
        let text = '';
        const end = () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            complete: response.complete,
          });
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', end);
        response.on('error', end);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

export const echoHead: RequestListener = (incoming, outgoing) => {
  outgoing.setHeader('x-blindspot-server', 'b1');
  outgoing.end(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
};
export const seen = (answer: Answer) =>
  JSON.parse(answer.body) as { url: string; headers: Record<string, string> };
