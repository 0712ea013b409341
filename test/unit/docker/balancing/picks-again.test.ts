import { describe, expect, it } from 'vitest';
import { keyMap } from '../../../../docker/balancing/keys-route.ts';
import { replay } from '../../../../docker/balancing/replay-route.ts';
import { keyedAlgorithms, replaySchema } from '../../../../docker/protocol/pick.ts';
import type { Algorithm } from '../../../../docker/protocol/balancer.ts';

const candidate = (id: string, active = 0) => ({ id, weight: 1, ramp: 1, active, latencyMs: null });
const flow = {
  protocol: 'tcp',
  sourceAddress: '10.0.0.2',
  sourcePort: 1,
  destinationAddress: '10.0.0.3',
  destinationPort: 80,
} as const;

describe('made-up keys', () => {
  const group = (count: number) => Array.from({ length: count }, (_, i) => candidate(`backend-${i + 1}`));

  it('each has an owner by each algorithm, evenly', () => {
    const { targets, owners } = keyMap(group(4), 1000);
    expect(targets).toHaveLength(4);
    for (const name of keyedAlgorithms) {
      expect(owners[name]).toHaveLength(1000);
      for (const at of targets.keys())
        expect(owners[name].filter((one) => one === at).length).toBeGreaterThan(120);
    }
  });

  it('nobody has them where nobody serves', () => {
    expect(keyMap([], 10)).toEqual({
      targets: [],
      owners: { 'modulo-hash': [], 'ring-hash': [], maglev: [] },
    });
  });
});

describe('replay', () => {
  const picks = (actives: readonly (readonly [number, number])[]) =>
    actives.map(([a, b]) => ({ flow, candidates: [candidate('a', a), candidate('b', b)] }));
  const under = (algorithm: Algorithm, made: ReturnType<typeof picks>) =>
    replay(replaySchema.parse({ algorithm, picks: made }), 7).picked.join('');

  it('keeps the turn between picks, and takes each with the loads of its moment', () => {
    expect(
      under(
        'round-robin',
        picks([
          [0, 9],
          [0, 9],
          [0, 9],
        ]),
      ),
    ).toBe('aba');
    expect(
      under(
        'least-connections',
        picks([
          [0, 9],
          [9, 0],
          [0, 9],
        ]),
      ),
    ).toBe('aba');
    expect(
      under(
        'maglev',
        picks([
          [0, 9],
          [9, 0],
        ]),
      ),
    ).toMatch(/^(aa|bb)$/);
  });

  it('says null where there was nobody', () => {
    expect(replay({ algorithm: 'random', hashBy: 'flow', picks: [{ flow, candidates: [] }] }, 7)).toEqual({
      picked: [null],
    });
  });
});
