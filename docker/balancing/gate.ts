/** What the results of a target's probes add up to. */
export interface Gate {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  /** Results in a row, counted up to their threshold. */
  readonly passes: number;
  readonly failures: number;
  /** No probe has confirmed the present state yet: it is only the one assumed at the start. */
  readonly unproven: boolean;
}

export interface Thresholds {
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export function openGate(state: Gate['state']): Gate {
  return { state, passes: 0, failures: 0, unproven: true };
}

/** New check settings: the verdict stands, what was counted under the old ones does not. */
export function recount(gate: Gate): Gate {
  return { ...gate, passes: 0, failures: 0 };
}

/**
 * One result in, the next state out. The first result decides over an assumed state: one pass lets `initial` (AWS, Envoy)
 * or an assumed `unhealthy` in, and one failure ends an assumed `healthy` (HAProxy's init-state up). An `initial` target
 * is not in service anyway, so its failures are counted to the threshold like anyone's.
 */
export function advance(gate: Gate, passed: boolean, thresholds: Thresholds): Gate {
  return passed ? pass(gate, thresholds.healthyThreshold) : fail(gate, thresholds.unhealthyThreshold);
}

function pass(gate: Gate, threshold: number): Gate {
  const passes = Math.min(gate.passes + 1, threshold);
  const enters = gate.state !== 'healthy' && (passes >= threshold || gate.unproven);
  const state = enters ? 'healthy' : gate.state;
  return { state, passes: enters ? threshold : passes, failures: 0, unproven: false };
}

function fail(gate: Gate, threshold: number): Gate {
  const failures = Math.min(gate.failures + 1, threshold);
  const atOnce = gate.unproven && gate.state === 'healthy';
  const leaves = gate.state !== 'unhealthy' && (failures >= threshold || atOnce);
  const state = leaves ? 'unhealthy' : gate.state;
  const unproven = gate.unproven && state === 'initial';
  return { state, passes: 0, failures: leaves ? threshold : failures, unproven };
}

/** Between two states: HAProxy's `fastinter` applies. */
export function isChanging(gate: Gate, thresholds: Thresholds): boolean {
  if (gate.state === 'healthy') {
    return gate.unproven || (gate.failures > 0 && gate.failures < thresholds.unhealthyThreshold);
  }
  return gate.passes > 0 || gate.unproven;
}
