import { freePort } from '../support/backend.ts';
import type { Balancer } from './balancers/balancer.ts';
import { cpuSeconds, endedChildrenSeconds, softirqThreads } from './cost.ts';
import { startGenerator } from './load/generator.ts';
import type { ClientsWanted } from './load/generator.ts';
import { openOwnNetwork } from './own-network.ts';
import { runRounds, verdict } from './rounds.ts';
import type { CaseResult } from './rounds.ts';
import { beside, loaded } from './stand.ts';
import type { Case, Pair, Stand } from './stand.ts';

/** Long enough for a balancer's own chores, such as reading counters, to have their share in each. */
const sliceMs = 1000;
/** How long a generator that may sleep does so at most. */
const idleMs = 5;

/**
 *   CPU time of  clients + [balancer, in a network of its own] + targets + the kernel's work for all of them
 *
 * For a balancer that is no process at all its own time says nothing. What a request costs the machine from end to end does,
 * and it does so for a program as well. A generator that polls, as everywhere here, makes of it what two full cores carry; one
 * that sleeps when nothing is ready leaves its own waiting out of the sum, and adds the price of being woken.
 */
export function wholePath(
  pair: Pair,
  load: Omit<ClientsWanted, 'port' | 'address'>,
  generator: 'polls' | 'sleeps' = 'polls',
): Case {
  return {
    name: pair.name,
    run: async (stand) => [
      await beside(pair, 'requests per CPU second, end to end', (ours, peer) =>
        measure(stand, pair, [ours, peer], load, generator === 'polls' ? 0 : idleMs),
      ),
    ],
  };
}

async function measure(
  stand: Stand,
  pair: Pair,
  balancers: readonly [Balancer, Balancer],
  load: Omit<ClientsWanted, 'port' | 'address'>,
  idle: number,
): Promise<Omit<CaseResult, 'name' | 'against' | 'unit'>> {
  const open: (() => Promise<void>)[] = [];
  try {
    const backendPort = await freePort();
    const generator = await startGenerator(stand.program, backendPort, idle);
    open.push(() => generator.stop());
    const ready = async (balancer: Balancer, number: number) => {
      const network = await openOwnNetwork(number);
      open.push(() => network.close());
      const subject = await balancer.start({
        address: network.address,
        port: await freePort(),
        targets: network.targets(backendPort),
        within: network.within,
      });
      open.push(() => subject.stop());
      const clients = await generator.open({ ...load, address: network.address, port: subject.port });
      open.push(() => clients.close());
      const work = loaded({ sliceMs }, subject, clients, load.path);
      await work.warm();
      const total: Total = { ops: 0, own: 0, whole: 0 };
      const slice = async (): Promise<number> => {
        const own = () => cpuSeconds(subject.pids) + endedChildrenSeconds(subject.pids);
        const others = () => cpuSeconds([generator.pid, ...softirqThreads()]);
        const before = [own(), others()] as const;
        const { ops, waited = 0 } = await work.run();
        const spent = own() - before[0];
        const whole = spent + others() - before[1] - waited;
        total.ops += ops;
        total.own += spent;
        total.whole += whole;
        return ops / whole;
      };
      return { slice, total };
    };
    const ours = await ready(balancers[0], 1);
    const peer = await ready(balancers[1], 2);
    const rounds = await runRounds(stand.rounds, ours.slice, peer.slice);
    return {
      ...verdict(rounds, pair.goal ?? null),
      note: `${shares(ours.total)} beside ${shares(peer.total)}; the generator ${idle === 0 ? 'polls' : 'sleeps'}`,
    };
  } finally {
    for (const close of open.reverse()) await close();
  }
}

interface Total {
  ops: number;
  own: number;
  whole: number;
}

function shares({ ops, own, whole }: Total): string {
  const each = (seconds: number) => ((seconds / ops) * 1e6).toFixed(1);
  return `${each(whole)} µs each (${each(own)} by the balancer's processes)`;
}
