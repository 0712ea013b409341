import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import type { BalancerStats } from '../../../../../docker/protocol/stats.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({
  type: 'chosen',
  balancer: 'lb',
  target: 'b1',
  expected: 0.5,
  sample: 300,
  seconds: 4,
});

/** Each pair: connections that b1 and b2 have been given so far, a second apart. */
function verdict(opened: readonly (readonly [number, number])[], programmedAt: readonly number[] = []) {
  const samples = opened.map(([b1, b2], index) => sample(index * 1000, counted(b1, b2)));
  const events = programmedAt.map((at, seq): ProgramEvent => ({
    type: 'kernel',
    seq,
    at,
    plane: 'nft-dnat',
    serving: ['b1', 'b2'],
  }));
  const now = (opened.length - 1) * 1000;
  return evaluate('step', check, evidence({ samples: { lb: samples }, events: { lb: events }, now }));
}

function counted(b1: number, b2: number): BalancerStats {
  const stats = balancerStats({ b1: 'healthy', b2: 'healthy' });
  const opened = (id: string, count: number) => {
    const target = stats.targets[id];
    if (target === undefined) throw new Error(id);
    return { ...target, connections: { ...target.connections, opened: count } };
  };
  return { ...stats, targets: { b1: opened('b1', b1), b2: opened('b2', b2) } };
}

describe('chosen', () => {
  it('waits for its sample, then judges the share of new connections', () => {
    expect(verdict([[0, 0], [100, 100]]).state).toBe('waiting'); // prettier-ignore
    expect(verdict([[0, 0], [150, 150]])).toMatchObject({ state: 'pass', measured: "150 of 300 (50 %) of lb's connections went to b1" }); // prettier-ignore
    expect(verdict([[0, 0], [300, 100]]).state).toBe('fail'); // prettier-ignore
  });

  it('forgets what was chosen before the rules that stand now', () => {
    const skewed = [[0, 0], [400, 0], [550, 150], [700, 300]] as const; // prettier-ignore
    expect(verdict(skewed).state).toBe('fail');
    expect(verdict(skewed, [900])).toMatchObject({ state: 'pass', measured: expect.stringContaining('300 of 600') as string }); // prettier-ignore
  });

  it('looks at the last seconds only, once they hold a sample', () => {
    const late = [[0, 0], [400, 0], [400, 0], [500, 100], [600, 200], [700, 300], [800, 400]] as const; // prettier-ignore
    expect(verdict(late).state).toBe('pass');
  });
});
