import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BalancerStats } from '../../../docker/protocol/stats.ts';
import type { Engine } from '../../../electron/host/engine/engine.ts';
import { adminOver } from '../../support/admin-over.ts';
import {
  backendSpec,
  dockerEngine,
  newSession,
  nodeSpec,
  port,
  runAt,
  sessionSpec,
  withDocker,
} from '../../support/docker-engine.ts';
import { waitUntil } from '../../support/wait.ts';

const signal = new AbortController().signal;
const backends = ['backend-1', 'backend-2'];

/** Null where a kernel has it: what it is skipped for is the kernel's business, and no engine's. */
async function missing(): Promise<string | null> {
  if (!withDocker) return 'no engine answers';
  const engine = await dockerEngine();
  const { planes } = await engine.report(true);
  await engine.dispose();
  const trial = planes?.known.find(({ plane }) => plane === 'ipvs');
  return trial?.works === true ? null : (trial?.detail ?? planes?.unknown ?? 'not tried');
}

const why = await missing();

describe.skipIf(why !== null)(`the data path ipvs${why === null ? '' : ` (not here: ${why})`}`, () => {
  const session = newSession();
  let engine: Engine;
  let admin: ReturnType<typeof adminOver> | undefined;

  beforeAll(async () => {
    engine = await dockerEngine();
    const names = ['client', 'balancer', ...backends];
    const ports = Object.fromEntries(names.map((name) => [name, port]));
    const allocation = await engine.allocate(session, names, ports);
    const at = (name: string) => ({ address: allocation.nodes[name]?.address ?? '', port });
    const balancer = {
      listen: at('balancer'),
      settings: {
        plane: 'ipvs',
        algorithm: 'round-robin',
        kernel: { masquerade: true },
        healthCheck: { protocol: 'tcp', intervalMs: 200, timeoutMs: 1000 },
        targets: backends.map((id) => ({ id, ...at(id) })),
      },
    };
    await engine.up(
      sessionSpec(session, allocation, names.length),
      [
        nodeSpec(allocation, 'client', 'client', { settings: { ...at('balancer'), running: false } }),
        nodeSpec(allocation, 'balancer', 'l4', balancer, {
          capabilities: ['NET_ADMIN'],
          sysctls: {
            'net.ipv4.ip_forward': '1',
            'net.netfilter.nf_conntrack_acct': '1',
            'net.ipv4.vs.conntrack': '1',
          },
        }),
        ...backends.map((name) => backendSpec(allocation, name)),
      ],
      () => undefined,
      signal,
    );
    admin = adminOver(await engine.control(session, 'balancer'));
  });

  afterAll(async () => {
    admin?.close();
    await engine.remove(session);
    await engine.dispose();
  });

  const stats = async () => (await admin?.get('/stats')) as BalancerStats;
  const opened = async () => {
    const { targets } = await stats();
    return backends.map((id) => targets[id]?.connections.opened ?? 0);
  };
  /** So many connections, one request on each. */
  const ask = async (times: number) => {
    const url = `http://balancer:${port}/whoami`;
    const { output } = await runAt(engine, session, 'client', [
      'sh',
      '-c',
      `for i in $(seq ${times}); do curl -s -o /dev/null -m 5 -w '%{http_code} ' ${url}; done`,
    ]);
    return output.trim().split(' ');
  };

  it('gives connections to its servers in turn, and counts as the clients do', async () => {
    await waitUntil(
      async () => Object.values((await stats()).targets).every(({ state }) => state === 'healthy'),
      30_000,
      'healthy targets',
    );
    expect(await ask(10)).toEqual(Array.from({ length: 10 }, () => '200'));
    await waitUntil(async () => (await opened()).every((count) => count === 5), 15_000, 'five each');
    const { kernel, connections } = await stats();
    expect(kernel?.trouble).toBeNull();
    expect(kernel?.rules.filter(({ chain }) => chain === 'server')).toHaveLength(2);
    expect(connections.accepted).toBe(10);
  });

  it('gives nothing new to a server that drains', async () => {
    await admin?.patch('/settings', { draining: ['backend-1'] });
    await waitUntil(
      async () => (await stats()).kernel?.rules.some(({ text }) => text.endsWith('-w 0')) === true,
      15_000,
      'weight 0',
    );
    const [before] = await opened();
    await ask(6);
    await waitUntil(async () => (await opened())[1] === 11, 15_000, 'six more at the other one');
    expect((await opened())[0]).toBe(before);
  });
});
