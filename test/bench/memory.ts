import type { Balancer } from './balancers/balancer.ts';
import { memoryBytes } from './cost.ts';
import { runRounds, verdict } from './rounds.ts';
import { beside, startOne } from './stand.ts';
import type { Case, Pair, Stand } from './stand.ts';

export interface Held {
  /** Ours, a connection. */
  readonly mostBytes: number;
  readonly connections?: number;
  /** Each has had a request and its answer; otherwise it was only opened. */
  readonly busy: boolean;
}

/** Each round on new processes: a heap that has once grown has room for the next thousand. */
const mostRounds = 3;

/** Memory of the process for each connection that does nothing. The kernel's own is the same for everyone. */
export function idleMemory(pair: Pair, held: Held): Case {
  return {
    name: pair.name,
    run: async (stand) => [
      await beside(pair, 'bytes', async (ours, peer) => {
        const sample = (balancer: Balancer) => () => perConnection(stand, pair, balancer, held);
        const rounds = await runRounds(
          Math.ceil(Math.min(mostRounds, stand.rounds) / 2),
          sample(ours),
          sample(peer),
        );
        const result = verdict(rounds, null);
        const goal = { is: 'at most', ratio: held.mostBytes / (result.peer ?? NaN) } as const;
        const note = `goal: ${held.mostBytes} bytes, with ${held.connections ?? 4000} connections`;
        return {
          ...result,
          goal,
          reached: result.ours === null ? null : result.ours <= held.mostBytes,
          note,
        };
      }),
    ],
  };
}

async function perConnection(stand: Stand, pair: Pair, balancer: Balancer, held: Held): Promise<number> {
  const count = held.connections ?? 4000;
  const subject = await startOne(stand, balancer, pair);
  const wanted = { port: subject.port, path: '/1024' };
  try {
    const first = await stand.generator.open({ ...wanted, connections: 100 });
    await first.run(500);
    await first.close();
    const before = await settled(subject.pids);
    const clients = await stand.generator.open({ ...wanted, connections: count });
    if (held.busy) await clients.run(0);
    const after = await settled(subject.pids);
    await clients.close();
    return (after - before) / count;
  } finally {
    await subject.stop();
  }
}

/** When it no longer changes, or after a few seconds. */
async function settled(pids: readonly number[]): Promise<number> {
  let last = memoryBytes(pids);
  for (let look = 0; look < 6; look++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = memoryBytes(pids);
    if (Math.abs(now - last) < 65_536) return now;
    last = now;
  }
  return last;
}
