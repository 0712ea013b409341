import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import type { ClientStats } from '../../docker/protocol/stats.ts';
import { openNodeLink } from '../../electron/host/telemetry/node-link.ts';
import { connect } from 'node:net';
import { root } from '../support/docker-engine.ts';
import { waitUntil } from '../support/wait.ts';
import { freePort } from '../support/backend.ts';

const rate = 5000;

/** Client and backend as two processes of the data plane; the client says how late it was against its own schedule. */
export async function benchClient(seconds: number, say: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-bench-'));
  const port = await freePort();
  const address = '127.0.0.1';
  const settings = { address, port, rate, users: 100, connections: 'kept', total: rate * seconds };
  const admin = join(folder, 'client.sock');
  const processes = [
    program('backend', { node: 'backend', admin: join(folder, 'backend.sock'), listen: { address, port } }),
    program('client', { node: 'client', admin, sampleOneIn: 100, settings: { ...settings, running: false } }),
  ];
  const lags: number[] = [];
  let last: ClientStats | null = null;
  const link = openNodeLink('client', () => opened(admin), {
    line(_node, line) {
      if (line.kind !== 'stats' || !('role' in line.stats) || line.stats.role !== 'client') return;
      last = line.stats;
      if (line.stats.lag.p99Ms !== null) lags.push(line.stats.lag.p99Ms);
    },
    state: () => undefined,
  });
  try {
    await link.call('PATCH', '/settings', { running: true });
    const done = (): ClientStats | null =>
      last !== null && last.scheduled >= settings.total && last.inFlight === 0 ? last : null;
    const stats = await waitUntil(done, (seconds + 60) * 1000, 'the end of the load');
    const sorted = lags.toSorted((a, b) => a - b);
    say(
      `client: ${stats.answered} of ${stats.scheduled} answered at ${rate}/s, ${stats.failed} failed, ${stats.shed} shed; ` +
        `p99 lag per quarter second: median ${median(sorted)} ms, worst ${(sorted.at(-1) ?? 0).toFixed(1)} ms`,
    );
  } finally {
    link.close();
    for (const process of processes) process.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}

function program(role: string, config: object): ReturnType<typeof spawn> {
  return spawn(process.execPath, [join(root, 'docker', role, 'main.ts')], {
    env: { ...process.env, BLINDSPOT_CONFIG: JSON.stringify({ role, ...config }) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The socket appears a moment after the program started; the link tries again by itself. */
async function opened(path: string): Promise<ReturnType<typeof connect>> {
  return await new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
}

function median(sorted: readonly number[]): string {
  return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1);
}
