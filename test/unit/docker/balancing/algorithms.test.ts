import { describe, expect, it } from 'vitest';
import { pickers } from '../../../../docker/balancing/algorithms/algorithms.ts';
import type {
  Candidate,
  Candidates,
  FlowKey,
  PickContext,
} from '../../../../docker/balancing/algorithms/algorithm.ts';
import type { Algorithm } from '../../../../docker/protocol/balancer.ts';
import { algorithms } from '../../../../docker/protocol/balancer.ts';

const flow: FlowKey = {
  protocol: 'tcp',
  sourceAddress: '10.0.0.1',
  sourcePort: 40_000,
  destinationAddress: '10.0.0.9',
  destinationPort: 80,
};

const context: PickContext = { flow, hashBy: 'flow', random: seeded(), salt: 7, now: 0 };

type Mutable = { -readonly [K in keyof Candidate]: Candidate[K] };
function targets(...weights: number[]): Candidates<Mutable> {
  const [first = { id: 'none', weight: 1, ramp: 1, active: 0 }, ...rest] = weights.map((weight, index) => ({
    id: String.fromCharCode(97 + index),
    weight,
    ramp: 1,
    active: 0,
  }));
  return [first, ...rest];
}

/** A repeatable stream of numbers in [0, 1). */
function seeded(seed = 1) {
  return () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function picks(
  name: Algorithm,
  candidates: Candidates,
  count: number,
  key = (_: number): FlowKey => flow,
): string[] {
  const pick = pickers[name]();
  const random = seeded();
  return Array.from({ length: count }, (_, i) => pick(candidates, { ...context, flow: key(i), random }).id);
}

function share(ids: readonly string[], id: string): number {
  return ids.filter((picked) => picked === id).length / ids.length;
}

describe('algorithms', () => {
  it('has a policy for every name', () => {
    expect(Object.keys(pickers).sort()).toEqual([...algorithms].sort());
  });

  it('round robin: one after the other, and goes on when the set changes', () => {
    expect(picks('round-robin', targets(1, 1, 1), 7).join('')).toBe('abcabca');
    const pick = pickers['round-robin']();
    pick(targets(1, 1, 1), context);
    pick(targets(1, 1, 1), context);
    expect(pick(targets(1, 1), context).id).toBe('a');
  });

  it('round robin: a target at a tenth of its slow start gets about a tenth of its turns', () => {
    const set = targets(1, 1);
    set[0].ramp = 0.1;
    expect(share(picks('round-robin', set, 4000), 'a')).toBeCloseTo(0.1 / 1.1, 1);
  });

  it('smooth weighted round robin: 5, 1, 1 gives a a b a c a a', () => {
    expect(picks('weighted-round-robin', targets(5, 1, 1), 14).join('')).toBe('aabacaaaabacaa');
  });

  it('least connections: fewest for its weight, equals in turn', () => {
    const set = targets(1, 1, 1);
    expect(picks('least-connections', set, 6).join('')).toBe('abcabc');
    set[0].active = 3;
    expect(picks('least-connections', set, 4).join('')).toBe('bcbc');
    const weighted = targets(3, 1);
    weighted[0].active = 2;
    Object.assign(weighted[1] ?? {}, { active: 1 });
    expect(picks('least-connections', weighted, 1)).toEqual(['a']);
  });

  it('random: in proportion to weight', () => {
    const ids = picks('random', targets(3, 1), 8000);
    expect(share(ids, 'a')).toBeGreaterThan(0.72);
    expect(share(ids, 'a')).toBeLessThan(0.78);
  });

  it('two choices: of two, always the less loaded; one alone is taken', () => {
    const set = targets(1, 1);
    set[0].active = 5;
    expect(new Set(picks('two-choices', set, 50))).toEqual(new Set(['b']));
    expect(picks('two-choices', targets(1), 2)).toEqual(['a', 'a']);
  });

  it('flow hash: the same flow comes back, neighbouring ports spread evenly', () => {
    const set = targets(...Array.from({ length: 10 }, () => 1));
    expect(new Set(picks('flow-hash', set, 20)).size).toBe(1);
    const ids = picks('flow-hash', set, 10_000, (i) => ({ ...flow, sourcePort: 20_000 + i }));
    // Binomial: 1000 +- 30; six deviations.
    for (const { id } of set) expect(Math.abs(share(ids, id) - 0.1)).toBeLessThan(0.018);
  });

  it('flow hash: two processes hash apart', () => {
    const set = targets(...Array.from({ length: 10 }, () => 1));
    const pick = pickers['flow-hash']();
    const under = (salt: number) =>
      Array.from(
        { length: 20 },
        (_, i) => pick(set, { ...context, flow: { ...flow, sourcePort: i }, salt }).id,
      );
    expect(under(1)).not.toEqual(under(2));
  });

  it('source hash: the port does not matter, the address does, weights hold', () => {
    const set = targets(3, 1);
    expect(new Set(picks('source-hash', set, 50, (i) => ({ ...flow, sourcePort: i }))).size).toBe(1);
    const ids = picks('source-hash', set, 8000, (i) => ({
      ...flow,
      sourceAddress: `10.1.${i >> 8}.${i & 255}`,
    }));
    expect(share(ids, 'a')).toBeGreaterThan(0.7);
    expect(share(ids, 'a')).toBeLessThan(0.8);
  });

  it.each(algorithms)('%s says why only when asked', (name) => {
    const notes: string[] = [];
    const note = (why: string) => notes.push(why);
    pickers[name]()(targets(1, 1), { ...context, note });
    expect(notes).toHaveLength(1);
  });
});
