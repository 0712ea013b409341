import { describe, expect, it } from 'vitest';
import type {
  Candidate,
  Candidates,
  PickContext,
} from '../../../../docker/balancing/algorithms/algorithm.ts';
import { isSome } from '../../../../docker/balancing/algorithms/algorithm.ts';
import { pickers } from '../../../../docker/balancing/algorithms/algorithms.ts';
import { maglevSlots, maglevTable } from '../../../../docker/balancing/algorithms/maglev-table.ts';
import type { Algorithm } from '../../../../docker/protocol/balancer.ts';

function group(count: number, weight = (_: number) => 1): Candidates {
  const all = Array.from({ length: count }, (_, i) => ({
    id: `backend-${i + 1}`,
    weight: weight(i),
    ramp: 1,
    active: 0,
  }));
  if (!isSome<Candidate>(all)) throw new Error('nobody');
  return all;
}

function without(candidates: Candidates, index: number): Candidates {
  const left = candidates.filter((_, i) => i !== index);
  if (!isSome(left)) throw new Error('nobody left');
  return left;
}

function owners(name: Algorithm, candidates: Candidates, keys: number): string[] {
  const pick = pickers[name]();
  return Array.from({ length: keys }, (_, i) => pick(candidates, context(`key ${i}`)).id);
}

function context(hashKey: string, more: Partial<PickContext> = {}): PickContext {
  const flow = {
    protocol: 'tcp',
    sourceAddress: '',
    sourcePort: 0,
    destinationAddress: '',
    destinationPort: 0,
    hashKey,
  } as const;
  return { flow, hashBy: 'flow', random: () => 0.5, salt: 0, now: 0, ...more };
}

/** Share of keys that changed hands when one target left: all of them, and those whose own target stayed. */
function moved(before: readonly string[], after: readonly string[], gone: string) {
  const all = before.filter((id, i) => id !== after[i]).length;
  const needless = before.filter((id, i) => id !== gone && id !== after[i]).length;
  return { all: all / before.length, needless: needless / before.length };
}

const keys = 10_000;

describe('one of ten leaves', () => {
  const ten = group(10);
  const nine = without(ten, 4);
  const run = (name: Algorithm) => moved(owners(name, ten, keys), owners(name, nine, keys), 'backend-5');

  it('modulo moves about nine keys in ten', () => {
    expect(run('modulo-hash').all).toBeGreaterThan(0.88);
    expect(run('modulo-hash').all).toBeLessThan(0.92);
  });

  it('Maglev moves about one in ten, and hardly any needlessly', () => {
    expect(run('maglev').all).toBeGreaterThan(0.08);
    expect(run('maglev').all).toBeLessThan(0.12);
    expect(run('maglev').needless).toBeLessThan(0.01);
  });

  it('a ring moves only the keys of the one that left', () => {
    expect(run('ring-hash').all).toBeGreaterThan(0.05);
    expect(run('ring-hash').all).toBeLessThan(0.16);
    expect(run('ring-hash').needless).toBe(0);
  });
});

describe('Maglev table', () => {
  const slotsOf = (table: Uint16Array, owner: number) => table.filter((one) => one === owner).length;

  it('gives equal targets shares that differ by one slot at most', () => {
    const table = maglevTable(group(10));
    const counts = Array.from({ length: 10 }, (_, owner) => slotsOf(table, owner));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(maglevSlots);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('weights 1 and 2 give 21,846 and 43,691 slots, as Envoy documents', () => {
    const table = maglevTable(group(2, (i) => i + 1));
    const counts = [slotsOf(table, 0), slotsOf(table, 1)];
    expect(Math.abs((counts[0] ?? 0) - 21_846)).toBeLessThanOrEqual(1);
    expect(Math.abs((counts[1] ?? 0) - 43_691)).toBeLessThanOrEqual(1);
  });

  it('does not depend on the order of the targets', () => {
    const some = group(7);
    const turned = [...some].reverse();
    const names = (from: readonly Candidate[]) => Array.from(maglevTable(from), (i) => from[i]?.id);
    expect(names(turned)).toEqual(names(some));
  });

  // The bounds are lb-spec 8.1's with room for another pair of hash functions.
  it.each([
    [251, 10, 0.15],
    [5003, 10, 0.03],
    [65_537, 10, 0.01],
    [65_537, 100, 0.02],
  ])('%i slots, %i targets: moves less than %f of the slots needlessly', (slots, count, bound) => {
    const all = group(count);
    const left = without(all, 1);
    const before = Array.from(maglevTable(all, slots), (i) => all[i]?.id ?? '');
    const after = Array.from(maglevTable(left, slots), (i) => left[i]?.id ?? '');
    expect(moved(before, after, 'backend-2').needless).toBeLessThan(bound);
  });
});

describe('ring', () => {
  it('shares by weight, roughly', () => {
    const ids = owners(
      'ring-hash',
      group(2, (i) => i * 2 + 1),
      keys,
    );
    const share = ids.filter((id) => id === 'backend-2').length / keys;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.85);
  });

  it('holds a thousand targets, some very heavy', () => {
    const ids = owners(
      'ring-hash',
      group(1000, (i) => (i === 0 ? 1000 : 1)),
      2000,
    );
    expect(ids.filter((id) => id === 'backend-1').length).toBeGreaterThan(600);
  });
});

describe('peak EWMA', () => {
  const two = (one: Partial<Candidate>, other: Partial<Candidate>): Candidates => {
    const [a, b] = group(2);
    return [
      { ...a, ...one },
      { ...(b ?? a), ...other },
    ];
  };
  const chosen = (candidates: Candidates, now = 0) =>
    pickers['peak-ewma']()(candidates, context('', { now })).id;
  const latency = (ms: number) => ({ latency: { ms, at: 0 } });

  it('prefers the one that is likely to answer sooner', () => {
    expect(chosen(two(latency(100), latency(10)))).toBe('backend-2');
    expect(chosen(two({ ...latency(10), active: 30 }, { ...latency(100), active: 0 }))).toBe('backend-2');
  });

  it('takes one that was never measured to be as fast as the other', () => {
    expect(chosen(two({ ...latency(10), active: 1 }, {}))).toBe('backend-2');
    expect(chosen(two({ ...latency(10), active: 0 }, { active: 1 }))).toBe('backend-1');
  });
});

describe('cost of a pick', () => {
  /** How often anything of the candidates is looked at, the first pick (which may build a table) not counted. */
  function looks(name: Algorithm, count: number): number {
    let looked = 0;
    const watched = new Proxy(group(count), {
      get(all, key, receiver) {
        if (key !== 'length') looked += 1;
        return Reflect.get(all, key, receiver) as unknown;
      },
    });
    const pick = pickers[name]();
    pick(watched, context('first'));
    looked = 0;
    for (let i = 0; i < 100; i++) pick(watched, context(`key ${i}`));
    return looked;
  }

  it.each([
    'round-robin',
    'random',
    'two-choices',
    'flow-hash',
    'modulo-hash',
    'ring-hash',
    'maglev',
    'peak-ewma',
  ] as const)('%s over 1,000 targets looks at no more of them than over 10', (name) => {
    expect(looks(name, 1000)).toBeLessThanOrEqual(looks(name, 10) * 1.2);
  });
});
