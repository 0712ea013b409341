import type { Balancer } from './balancers/balancer.ts';
import { runRounds, verdict } from './rounds.ts';
import type { Clients } from './load/generator.ts';
import { beside, startOne } from './stand.ts';
import type { Case, Pair, Stand } from './stand.ts';
import type { Subject } from './subject.ts';

/** What a balancer adds to the median of one connection's round trips, over talking to the backend itself. */
export function addedLatency(pair: Pair): Case {
  return {
    name: pair.name,
    run: async (stand) => [await beside(pair, 'us', (a, b) => measure(stand, pair, a, b))],
  };
}

async function measure(stand: Stand, pair: Pair, ours: Balancer, peer: Balancer) {
  const subjects: Subject[] = [];
  const open: Clients[] = [];
  const through = async (port: number): Promise<() => Promise<number>> => {
    const clients = await stand.generator.open({ port, connections: 1, path: '/1024' });
    open.push(clients);
    await clients.run(stand.sliceMs * 3);
    return async () => {
      const { errors, p50Us } = await clients.run(stand.sliceMs / 2);
      if (errors > 0) throw new Error(`${errors} errors, so there is no figure`);
      return p50Us;
    };
  };
  try {
    for (const balancer of [ours, peer]) subjects.push(await startOne(stand, balancer, pair));
    const [a, b] = [await through(subjects[0]?.port ?? 0), await through(subjects[1]?.port ?? 0)];
    const direct = await through(stand.backendPort);
    const added = (sample: () => Promise<number>) => async () => {
      const base = await direct();
      return (await sample()) - base;
    };
    const rounds = await runRounds(stand.rounds, added(a), added(b));
    return {
      ...verdict(rounds, pair.goal ?? null),
      note: `one connection; direct ${(await direct()).toFixed(0)} us`,
    };
  } finally {
    for (const clients of open) await clients.close();
    for (const subject of subjects) await subject.stop();
  }
}
