import { isDeepStrictEqual } from 'node:util';
import type { GroupSettings, Target } from '../protocol/balancer.ts';
import type { NewEvent } from '../protocol/events.ts';
import { observeLatency } from './algorithms/latency.ts';
import type { Clock } from './clock.ts';
import { letGoAll } from './drain.ts';
import { monitorHealth } from './health-monitor.ts';
import type { ProbeReport } from './health-monitor.ts';
import type { Member } from './member.ts';
import { stateOf } from './member.ts';
import { mayEject } from './passive.ts';
import type { Outcome } from './passive.ts';
import { createPool } from './pool.ts';
import type { Pool, PoolDeps } from './pool.ts';
import type { Probe } from './probe/probe.ts';
import { probeReason, reasons } from './reason.ts';
import { createRoster } from './roster.ts';
import { mayServe, serviceMode } from './service.ts';
import { rampAt } from './slow-start.ts';

export interface GroupDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly probe: Probe;
  /** `address:port` of the front door; NLB names it in the Host of its checks. */
  readonly listener: string;
  /** PEM of whom a check that verifies trusts. */
  readonly authority?: string | undefined;
  emit(event: NewEvent): void;
  /** Who may be picked has changed. For planes that pick by themselves, in the kernel. */
  servingChanged?(): void;
}

/** The targets of a balancer: who they are, how they are, and who is next. The same at L4 and at L7. */
export interface Group extends Pool {
  readonly members: readonly Member[];
  /** Those of the members who may be picked now. */
  readonly serving: readonly Member[];
  readonly failOpen: boolean;
  /** Of the hashes of this process. */
  readonly salt: number;
  /** Some of the targets, by id, as a group of their own: they fail open, and take turns, by themselves. */
  among(ids: readonly string[]): Pool;
  /** How real traffic went, for passive observation. */
  observe(member: Member, outcome: Outcome): void;
  /** Emits the reason of each of the next `count` real picks as a note. */
  explainNext(count: number): void;
  update(settings: GroupSettings): void;
  dispose(): void;
}

export function createGroup(first: GroupSettings, deps: GroupDeps): Group {
  const { clock, random, emit, listener, authority } = deps;
  const salt = Math.floor(random() * 2 ** 32);
  const startedAt = clock.now();
  let settings = first;
  let mode = serviceMode([], settings);
  let servable: readonly Member[] = [];
  let ramping = false;
  let toExplain = 0;

  /** Works out again who serves; the only place where the mode changes. */
  const review = () => {
    const all = [...roster.members.values()];
    const before = mode;
    mode = serviceMode(all, settings);
    // A new array each time: algorithms keep sums and tables by it.
    servable = all.filter((member) => member.weight > 0 && mayServe(member.state, mode));
    ramping = refreshRamps(servable, clock.now(), settings.slowStartMs);
    if ((mode === 'fail-open') !== (before === 'fail-open')) {
      emit({ type: 'fail-open', on: mode === 'fail-open' });
    }
    deps.servingChanged?.();
  };

  type HealthCode = Extract<NewEvent, { type: 'health' }>['code'];
  const settle = (member: Member, reason: string, code: HealthCode) => {
    const from = member.state;
    const to = stateOf(member);
    member.reason = reason;
    if (from === to) return;
    member.state = to;
    member.since = clock.now();
    member.rampSince = to === 'healthy' && earnsItsShare(member, from) ? member.since : null;
    emit({ type: 'health', target: member.id, from, to, reason, code });
    review();
    // AWS resets nothing when this very eviction makes it fail open: the target goes on serving (lb-spec 1.5).
    const evicted = from === 'healthy' && to === 'unhealthy' && mode !== 'fail-open';
    if (evicted && settings.whenUnhealthy !== 'keep') letGoAll(member, settings.whenUnhealthy);
  };

  /** Slow start is for whoever returns or joins a working group, not for a group that starts together. */
  const earnsItsShare = (member: Member, from: string) => {
    if (settings.slowStartMs === 0) return false;
    const others = [...roster.members.values()].some(
      (other) => other !== member && other.state === 'healthy' && other.rampSince === null,
    );
    const joined = from === 'initial' && clock.now() - startedAt > settings.healthCheck.intervalMs;
    return others && (from === 'unhealthy' || joined);
  };

  const onProbe = (member: Member, { result, before, after, nextAt }: ProbeReport) => {
    const { passes, failures } = after;
    emit({ type: 'probe', target: member.id, ...result, passes, failures, nextAt });
    if (before.state !== after.state) {
      settle(member, probeReason(result, before, settings.persona), result.code);
    }
    // Envoy: a check that passes ends an ejection.
    if (result.ok && member.ejected) restore(member, `a check passed: ${result.detail}`);
  };

  const watch = (member: Member) => {
    const { address, port } = member.target;
    member.monitor = monitorHealth({ address, port, listener, authority }, settings.healthCheck, {
      clock,
      random,
      probe: deps.probe,
      onProbe: (report) => onProbe(member, report),
    });
    settle(member, startReason(settings), 'ADMIN');
  };

  const recheck = () => {
    for (const member of roster.members.values()) {
      member.monitor?.configure(settings.healthCheck);
      if (settings.healthCheck.protocol === 'none') settle(member, reasons.unchecked, 'ADMIN');
    }
  };

  const restore = (member: Member, reason: string) => {
    member.cancelEjection?.();
    member.cancelEjection = null;
    member.ejected = false;
    member.observer.forgive(clock.now());
    settle(member, reason, 'PASSIVE');
  };

  const eject = (member: Member, why: string) => {
    const now = clock.now();
    const forMs = member.observer.ejectFor(settings.passive, now);
    member.ejected = true;
    member.cancelEjection = clock.after(forMs, () => restore(member, 'ejection is over'));
    settle(member, `Passive: ${why}, out for ${Math.round(forMs)} ms`, 'PASSIVE');
  };

  const roster = createRoster({
    clock,
    settings: () => settings,
    onJoin: watch,
    onChange: (member, reason) => settle(member, reason, 'ADMIN'),
  });
  roster.register(registered(settings));
  review();

  const present = (): readonly Member[] => {
    if (ramping) {
      ramping = refreshRamps(servable, clock.now(), settings.slowStartMs);
      servable = [...servable];
    }
    return servable;
  };

  const poolOf = (among: PoolDeps['servable']): Pool =>
    createPool({
      settings: () => settings,
      servable: among,
      now: clock.now,
      random,
      salt,
      explain: () => {
        if (toExplain === 0) return null;
        toExplain -= 1;
        return (reason) => emit({ type: 'note', text: 'pick', data: reason });
      },
    });
  const everyone = poolOf(present);

  return {
    get members() {
      return [...roster.members.values()];
    },
    get serving() {
      return servable;
    },
    salt,
    get failOpen() {
      return mode === 'fail-open';
    },
    ...everyone,
    among(ids) {
      const wanted = new Set(ids);
      let from: readonly Member[] | null = null;
      let own: readonly Member[] = [];
      return poolOf(() => {
        const now = present();
        if (now === from) return own;
        from = now;
        const mine = [...roster.members.values()].filter(({ id }) => wanted.has(id));
        const ownMode = serviceMode(mine, settings);
        own = mine.filter((member) => member.weight > 0 && mayServe(member.state, ownMode));
        return own;
      });
    },
    observe(member, outcome) {
      if (settings.algorithm === 'peak-ewma' && outcome.latencyMs !== null) {
        member.latency = observeLatency(member.latency, outcome.latencyMs, clock.now());
      }
      const why = member.observer.observe(outcome, settings.passive, clock.now());
      if (why === null || member.ejected || member.state !== 'healthy') return;
      const staying = [...roster.members.values()].filter(
        ({ registered, target }) => registered && !target.draining,
      );
      const ejected = staying.filter((other) => other.ejected).length;
      if (mayEject(ejected, staying.length, settings.passive.maxEjectedShare)) eject(member, why);
    },
    explainNext(count) {
      toExplain = count;
    },
    update(next) {
      const before = settings;
      settings = next;
      if (!isDeepStrictEqual(next.healthCheck, before.healthCheck)) recheck();
      roster.register(registered(next));
      review();
    },
    dispose() {
      roster.dispose();
    },
  };
}

/** A target leaves by its own mark or by the list of those who leave. */
function registered({ targets, draining }: GroupSettings): readonly Target[] {
  if (draining.length === 0) return targets;
  return targets.map((target) => (draining.includes(target.id) ? { ...target, draining: true } : target));
}

function startReason({ healthCheck }: GroupSettings): string {
  if (healthCheck.protocol === 'none') return reasons.unchecked;
  return healthCheck.initialState === 'initial' ? reasons.initial : reasons.assumed;
}

/** Is any of them still on its way up? */
function refreshRamps(members: readonly Member[], now: number, slowStartMs: number): boolean {
  let any = false;
  for (const member of members) {
    member.ramp = rampAt(now, member.rampSince, slowStartMs);
    if (member.ramp === 1) member.rampSince = null;
    else any = true;
  }
  return any;
}
