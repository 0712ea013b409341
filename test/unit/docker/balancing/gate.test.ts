import { describe, expect, it } from 'vitest';
import { advance, isChanging, openGate, recount } from '../../../../docker/balancing/gate.ts';
import type { Gate } from '../../../../docker/balancing/gate.ts';

const nlb = { healthyThreshold: 5, unhealthyThreshold: 2 };
const haproxy = { healthyThreshold: 2, unhealthyThreshold: 3 };

/** `+` a pass, `-` a failure; one letter of the state after each. */
function walk(start: Gate['state'], thresholds: typeof nlb, results: string): string {
  let gate = openGate(start);
  return Array.from(results)
    .map((result) => {
      gate = advance(gate, result === '+', thresholds);
      return gate.state[0];
    })
    .join('');
}

describe('gate', () => {
  it.each([
    ['one pass enters service from initial', 'initial', nlb, '+', 'h'],
    ['two failures in a row leave', 'initial', nlb, '+--', 'hhu'],
    ['a pass between failures starts the count again', 'initial', nlb, '+-+-+--', 'hhhhhhu'],
    ['five passes in a row return', 'initial', nlb, '+--+++++', 'hhuuuuuh'],
    ['a failure between passes starts the count again', 'initial', nlb, '+--++++-+++++', 'hhuuuuuuuuuuh'],
    ['initial with failures becomes unhealthy at the threshold', 'initial', nlb, '--+', 'iuu'],
    ['initial with one failure still needs one pass only', 'initial', nlb, '-+', 'ih'],
    ['healthy as assumed ends with one failure (HAProxy init-state up)', 'healthy', haproxy, '-', 'u'],
    ['healthy once proven needs all three', 'healthy', haproxy, '+---', 'hhhu'],
    ['unhealthy as assumed ends with one pass', 'unhealthy', haproxy, '+', 'h'],
    ['unhealthy once proven needs both', 'unhealthy', haproxy, '-++', 'uuh'],
    ['thresholds of one', 'initial', { healthyThreshold: 1, unhealthyThreshold: 1 }, '+-+-', 'huhu'],
  ] as const)('%s', (_, start, thresholds, results, states) => {
    expect(walk(start, thresholds, results)).toBe(states);
  });

  it('counts up to the threshold and no further', () => {
    let gate = openGate('initial');
    for (let i = 0; i < 9; i++) gate = advance(gate, true, nlb);
    expect(gate).toMatchObject({ passes: 5, failures: 0 });
    for (let i = 0; i < 9; i++) gate = advance(gate, false, nlb);
    expect(gate).toMatchObject({ passes: 0, failures: 2 });
  });

  it('keeps the verdict and drops the counts when the settings change', () => {
    const failing = advance(advance(openGate('initial'), true, nlb), false, nlb);
    expect(recount(failing)).toEqual({ state: 'healthy', passes: 0, failures: 0, unproven: false });
  });

  it('is changing only between two states', () => {
    const up = advance(openGate('initial'), true, nlb);
    expect(isChanging(openGate('initial'), nlb)).toBe(true);
    expect(isChanging(up, nlb)).toBe(false);
    const falling = advance(up, false, nlb);
    expect(isChanging(falling, nlb)).toBe(true);
    const down = advance(falling, false, nlb);
    expect(isChanging(down, nlb)).toBe(false);
    expect(isChanging(advance(down, true, nlb), nlb)).toBe(true);
  });
});
