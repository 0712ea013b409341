import type { HealthCheck, ProbeResult } from '../protocol/health-check.ts';
import type { Clock } from './clock.ts';
import type { Gate } from './gate.ts';
import { advance, isChanging, openGate, recount } from './gate.ts';
import type { ProbeTarget } from './probe/attempt.ts';
import type { Probe } from './probe/probe.ts';

export interface MonitorDeps {
  readonly clock: Clock;
  readonly probe: Probe;
  /** In [0, 1); spreads probes within the jitter. */
  readonly random: () => number;
  /** After each probe, with the gate before and after it. */
  onProbe(report: ProbeReport): void;
}

export interface ProbeReport {
  readonly result: ProbeResult;
  readonly before: Gate;
  readonly after: Gate;
  readonly nextAt: number;
}

/** The active checks of one target: a schedule, a gate, and never two probes at once. */
export interface HealthMonitor {
  readonly gate: Gate;
  readonly nextProbeAt: number | null;
  readonly probes: { readonly sent: number; readonly passed: number; readonly connected: number };
  /** New settings: counts start again, the verdict stands, the next probe comes within one new interval. */
  configure(check: HealthCheck): void;
  dispose(): void;
}

/** How often a target is asked that nobody has seen up yet. AWS's many checkers do the same (lb-spec 1.4). */
const registeringMs = 250;

/**
 * The first probe goes out at once, and, until a target has passed for the first time, more follow quickly: programs
 * that start side by side should not wait a whole interval because one was first. Such extra probes can only let in:
 * failures are counted once per interval, as ever. After that the interval counts from start to start; a probe that outlasts it delays
 * the next. New settings keep the rhythm: the probe that was due stays due, or comes one new interval from now if that
 * is sooner. So the first probe under new settings falls anywhere within an interval, which is what predict() says.
 */
export function monitorHealth(target: ProbeTarget, first: HealthCheck, deps: MonitorDeps): HealthMonitor {
  const { clock, probe } = deps;
  const probes = { sent: 0, passed: 0, connected: 0 };
  let check = first;
  let gate = startGate(check);
  let nextAt: number | null = null;
  let cancelTimer: () => void = () => undefined;
  let running: AbortController | null = null;
  let countedAt = -Infinity;

  const schedule = (at: number) => {
    nextAt = at;
    cancelTimer();
    // A wall clock that was set back must not postpone a probe by more than its interval.
    const delay = Math.min(Math.max(0, at - clock.now()), check.intervalMs + check.jitterMs);
    cancelTimer = clock.after(delay, () => void run());
  };

  const run = async () => {
    const startedAt = clock.now();
    const mine = new AbortController();
    running = mine;
    nextAt = startedAt + gap(check, gate, deps.random);
    probes.sent += 1;
    const result = await probe({ ...target, port: check.port ?? target.port }, check, mine.signal);
    // Aborted: this probe was asked under settings that no longer hold, or for a target that is gone.
    if (mine.signal.aborted || result === null) return;
    running = null;
    count(result);
    const before = gate;
    const counts = result.ok || !isRegistering(gate) || startedAt - countedAt >= check.intervalMs;
    if (counts) {
      countedAt = startedAt;
      gate = advance(gate, result.ok, thresholdsFor(check, result));
    }
    const at = Math.max(clock.now(), startedAt + gap(check, gate, deps.random));
    schedule(at);
    deps.onProbe({ result, before, after: gate, nextAt: at });
  };

  const count = (result: ProbeResult) => {
    if (result.ok) probes.passed += 1;
    if (result.code !== 'L4CON' && result.code !== 'L4TOUT') probes.connected += 1;
  };

  const stop = () => {
    cancelTimer();
    running?.abort();
    running = null;
    nextAt = null;
  };

  if (check.protocol !== 'none') schedule(clock.now());

  return {
    get gate() {
      return gate;
    },
    get nextProbeAt() {
      return nextAt;
    },
    probes,
    configure(next) {
      const due = nextAt ?? clock.now();
      stop();
      check = next;
      gate = check.protocol === 'none' ? startGate(check) : recount(gate);
      if (check.protocol !== 'none') schedule(Math.min(due, clock.now() + check.intervalMs));
    },
    dispose: stop,
  };
}

/** Nobody looks: always healthy. HAProxy without `check`, Envoy without an active check. */
function startGate(check: HealthCheck): Gate {
  if (check.protocol !== 'none') return openGate(check.initialState);
  return { state: 'healthy', passes: 0, failures: 0, unproven: false };
}

/** The jitter is what the probes of one verdict may add up to, so that it widens the predicted window only once. */
function gap(check: HealthCheck, gate: Gate, random: () => number): number {
  if (isRegistering(gate)) return Math.min(check.intervalMs, registeringMs);
  const changing = check.fastIntervalMs > 0 && isChanging(gate, check);
  const results = Math.max(check.healthyThreshold, check.unhealthyThreshold);
  return (changing ? check.fastIntervalMs : check.intervalMs) + (check.jitterMs * random()) / results;
}

function isRegistering(gate: Gate): boolean {
  return gate.state === 'initial' && gate.unproven;
}

function thresholdsFor(check: HealthCheck, result: ProbeResult): HealthCheck {
  const atOnce = check.statusFailsAtOnce && result.code === 'L7STS';
  return atOnce ? { ...check, unhealthyThreshold: 1 } : check;
}
