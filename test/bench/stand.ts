import { freePort } from '../support/backend.ts';
import type { Balancer, Certificate, Place } from './balancers/balancer.ts';
import { cpuSeconds } from './cost.ts';
import type { Clients, ClientsWanted, Generator, Slice } from './load/generator.ts';
import { startGenerator } from './load/generator.ts';
import { runRounds, verdict } from './rounds.ts';
import type { CaseResult, Goal } from './rounds.ts';
import { Missing } from './subject.ts';
import type { Subject } from './subject.ts';

/** What all cases share. */
export interface Stand {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly program: string;
  readonly backendPort: number;
  readonly generator: Generator;
  readonly certificate: Certificate;
}

export interface Case {
  readonly name: string;
  run(stand: Stand): Promise<readonly CaseResult[]>;
}

/** Ours beside one other, in one figure. */
export interface Pair {
  readonly name: string;
  readonly ours: () => Balancer;
  readonly peer: () => Balancer;
  readonly goal?: Goal | null;
  readonly targets?: number;
  readonly http2?: boolean;
  readonly tls?: boolean;
}

/** Their addresses differ and their port does not: one backend listens on all of 127.0.0.0/8. */
export function targetsOf({ backendPort }: Stand, count: number): readonly Place[] {
  return Array.from({ length: count }, (_, index) => ({
    address: `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    port: backendPort,
  }));
}

export async function startOne(
  stand: Stand,
  balancer: Balancer,
  pair: Pair,
  targets?: number,
): Promise<Subject> {
  return await balancer.start({
    port: await freePort(),
    targets: targetsOf(stand, targets ?? pair.targets ?? 4),
    certificate: pair.tls === true ? stand.certificate : undefined,
    http2: pair.http2 ?? false,
  });
}

/** Starts both, measures, and stops both; a peer that is not there makes a row that says so. */
export async function beside(
  pair: Pair,
  unit: string,
  measure: (ours: Balancer, peer: Balancer) => Promise<Omit<CaseResult, 'name' | 'against' | 'unit'>>,
): Promise<CaseResult> {
  const goal = pair.goal ?? null;
  let against = '?';
  try {
    const peer = pair.peer();
    against = peer.name;
    return { name: pair.name, against, unit, ...(await measure(pair.ours(), peer)) };
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    const empty = { ours: null, peer: null, ratio: null, iqr: null, rounds: 0, conclusive: false };
    if (!(error instanceof Missing)) process.exitCode = 1;
    return { name: pair.name, against, unit, ...empty, goal, reached: null, note };
  }
}

/** Requests (or connections) a second of the balancer's own CPU time, which other work on the machine does not change. */
export async function throughput(
  stand: Stand,
  pair: Pair,
  load: Omit<ClientsWanted, 'port'>,
): Promise<CaseResult> {
  const unit = load.churn === true ? 'connections per CPU second' : 'requests per CPU second';
  return await beside(pair, unit, async (ours, peer) => {
    const open = (subject: Subject) => stand.generator.open({ ...load, port: subject.port });
    return await duel(stand, pair, ours, peer, async (subject) =>
      loaded(stand, subject, await open(subject), load.path),
    );
  });
}

/** Somebody that makes load, and says how much came through. */
export interface Load {
  warm(): Promise<unknown>;
  run(): Promise<{ readonly ops: number; readonly seconds: number; readonly waited?: number }>;
  close(): Promise<void>;
}

/** A machine swings twofold between runs, and sometimes within one; nothing that works falls so far behind itself. */
const starved = 10;

/** V8 takes so long to compile what it will run for good. */
const warmMs = 2500;

export function loaded(
  stand: Pick<Stand, 'sliceMs'>,
  subject: Subject,
  clients: Clients,
  path: string,
): Load {
  const bytes = Number(path.slice(path.lastIndexOf('/') + 1));
  const checked = (slice: Slice): Slice => {
    if (slice.errors > 0) throw new Error(`${subject.name}: ${slice.errors} errors, so there is no figure`);
    // Compressed bodies are shorter; nobody may make them longer, or lose them.
    if (slice.bytes > slice.ops * bytes || (slice.ops > 0 && slice.bytes === 0)) {
      throw new Error(`${subject.name}: ${slice.bytes} bytes in ${slice.ops} bodies, so there is no figure`);
    }
    return slice;
  };
  let best = 0;
  /** What stands still now and then waits for something that is no balancer's work, such as a port to become free. */
  const steady = (slice: Slice): Slice => {
    const rate = slice.ops / slice.seconds;
    if (rate < best / starved) {
      throw new Error(
        `${subject.name}: ${Math.round(rate)} a second after ${Math.round(best)}, so there is no figure`,
      );
    }
    best = Math.max(best, rate);
    return slice;
  };
  return {
    warm: async () => steady(checked(await clients.run(warmMs))),
    run: async () => steady(checked(await clients.run(stand.sliceMs))),
    close: () => clients.close(),
  };
}

/** Both stand side by side the whole time, each with its load, and take turns. */
export async function duel(
  stand: Stand,
  pair: Pair,
  ours: Balancer,
  peer: Balancer,
  loadOf: (subject: Subject) => Promise<Load>,
): Promise<Omit<CaseResult, 'name' | 'against' | 'unit'>> {
  const subjects: Subject[] = [];
  const loads: Load[] = [];
  const wall: { ours: number; peer: number; cpu: number; seconds: number } = {
    ours: 0,
    peer: 0,
    cpu: 0,
    seconds: 0,
  };
  const ready = async (balancer: Balancer) => {
    const subject = await startOne(stand, balancer, pair);
    subjects.push(subject);
    const load = await loadOf(subject);
    loads.push(load);
    await load.warm();
    return { subject, load };
  };
  try {
    const a = await ready(ours);
    const b = await ready(peer);
    const sample = (which: 'ours' | 'peer') => async () => {
      const { subject, load } = which === 'ours' ? a : b;
      const before = cpuSeconds(subject.pids);
      const { ops, seconds } = await load.run();
      const used = cpuSeconds(subject.pids) - before;
      wall[which] += ops / seconds;
      if (which === 'peer') {
        wall.cpu += used;
        wall.seconds += seconds;
      }
      return ops / used;
    };
    const rounds = await runRounds(stand.rounds, sample('ours'), sample('peer'));
    const busy = Math.round((100 * wall.cpu) / wall.seconds);
    const note = `by the clock ${(wall.ours / wall.peer).toFixed(2)}, the peer's core ${busy} % busy`;
    return { ...verdict(rounds, pair.goal ?? null), note };
  } finally {
    for (const load of loads) await load.close();
    for (const subject of subjects) await subject.stop();
  }
}

/** Peers and everything they need, once for all cases. */
export async function openStand(options: {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly program: string;
  readonly certificate: Certificate;
}): Promise<Stand & { close(): Promise<void> }> {
  const backendPort = await freePort();
  const generator = await startGenerator(options.program, backendPort);
  return { ...options, backendPort, generator, close: () => generator.stop() };
}
