import { freePort } from '../support/backend.ts';
import type { Balancer } from './balancers/balancer.ts';
import { startGenerator } from './load/generator.ts';
import { verdict } from './rounds.ts';
import { beside, targetsOf } from './stand.ts';
import type { Case, Stand } from './stand.ts';
import type { Subject } from './subject.ts';

/** So many connections at once, each of which is answered, over workers that share a port. */
export function capacity(name: string, ours: () => Balancer, workers: number, wanted: number): Case {
  const asked: Balancer = { name: 'what was asked for', start: () => Promise.reject(new Error('nobody')) };
  return {
    name,
    run: async (stand) => [
      await beside({ name, ours, peer: () => asked }, 'connections', async (balancer) => {
        const served = await answered(stand, balancer, workers, wanted);
        const goal = { is: 'at least', ratio: 1 } as const;
        return {
          ...verdict([{ ours: served, peer: wanted }], goal),
          note: 'each was answered once while all stood',
        };
      }),
    ],
  };
}

async function answered(stand: Stand, balancer: Balancer, workers: number, wanted: number): Promise<number> {
  const port = await freePort();
  const subjects: Subject[] = [];
  // Clients apart from the backend: a process has some 20,000 descriptors.
  const clients = await startGenerator(stand.program, 0);
  try {
    for (let worker = 0; worker < workers; worker++) {
      subjects.push(await balancer.start({ port, targets: targetsOf(stand, 4) }));
    }
    const open = await clients.open({ port, connections: wanted, path: '/1024' });
    const { ops } = await open.run(0);
    return ops;
  } finally {
    await clients.stop();
    for (const subject of subjects) await subject.stop();
  }
}
