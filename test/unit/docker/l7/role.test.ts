import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { l7Role } from '../../../../docker/l7/role.ts';
import { createEventRing } from '../../../../docker/lib/event-ring.ts';
import { createRequestRing } from '../../../../docker/lib/request-ring.ts';
import type { Program } from '../../../../docker/lib/program-types.ts';
import { l7ConfigSchema, l7SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L7Patch, L7Settings } from '../../../../docker/protocol/balancer.ts';

let program: Program;

beforeEach(async () => {
  const port = await freePort();
  const config = l7ConfigSchema.parse({
    role: 'l7',
    node: 'proxy',
    admin: '/unused',
    listen: { address: '127.0.0.1', port },
    settings: { accessLog: false },
  });
  const events = createEventRing(Date.now);
  program = await l7Role.start(config, {
    node: 'proxy',
    events,
    records: createRequestRing(1),
    now: Date.now,
  });
});
afterEach(() => program.stop('done'));

/** One that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const apply = (patch: L7Patch) => program.settings.apply(l7SettingsSchema.parse(patch), []);
const now = () => program.settings.get() as L7Settings;

it('settings that a policy refuses leave nothing behind', () => {
  apply({ pool: { protocol: 'http2' }, responseTimeoutMs: 5000 });
  const refused: L7Patch = {
    pool: { protocol: 'http2' },
    responseTimeoutMs: 1,
    tracing: true,
    transcode: { enabled: true, proto: 'message {' },
  };
  expect(() => apply(refused)).toThrow('proto 1:9: a name expected');
  expect(now()).toMatchObject({ responseTimeoutMs: 5000, tracing: false, transcode: { enabled: false } });
  apply({ pool: { protocol: 'http2' }, transcode: { enabled: true, proto: 'message A {}' } });
  expect(now().transcode.enabled).toBe(true);
});

it('gRPC takes HTTP/2 to targets', () => {
  expect(() => apply({ transcode: { enabled: true } })).toThrow('set pool.protocol to http2 first');
  expect(now().transcode.enabled).toBe(false);
});
