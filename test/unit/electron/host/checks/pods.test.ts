import { describe, expect, it } from 'vitest';
import type { KubeletStats } from '../../../../../docker/protocol/stats.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence, sample } from '../../../../support/evidence.ts';

const process = { node: 'kubelet', startedAt: 0, at: 0, rssBytes: 0, cpuMicros: 0 };

function kubelet(pods: Readonly<Record<string, readonly [ready: boolean, restarts: number]>>): KubeletStats {
  const shown = Object.entries(pods).map(([name, [ready, restarts]]) => [
    name,
    { phase: 'running', ready, restarts, deleting: false, until: null, published: null, probes: {} },
  ]);
  return { role: 'kubelet', process, pods: Object.fromEntries(shown) as KubeletStats['pods'] };
}

function state(check: object, now: number, ...samples: readonly [number, KubeletStats][]) {
  const written = { kubelet: samples.map(([at, stats]) => sample(at, stats)) };
  const groups = { pod: ['pod-1', 'pod-2'] };
  const parsed = checkSchema.parse({ kubelet: 'kubelet', ...check });
  return evaluate('step', parsed, evidence({ now, stepOpenedAt: 1000, samples: written, groups })).state;
}

describe('pod', () => {
  const ready = { type: 'pod', pod: 'pod', ready: true };

  it('holds for a group when it holds for each', () => {
    expect(state(ready, 2000, [1500, kubelet({ 'pod-1': [true, 0], 'pod-2': [true, 0] })])).toBe('pass');
    expect(state(ready, 2000, [1500, kubelet({ 'pod-1': [true, 0], 'pod-2': [false, 0] })])).toBe('fail');
  });

  it('waits for a sample of this step, and of every pod', () => {
    expect(state(ready, 2000, [900, kubelet({ 'pod-1': [true, 0], 'pod-2': [true, 0] })])).toBe('waiting');
    expect(state(ready, 2000, [1500, kubelet({ 'pod-1': [true, 0] })])).toBe('waiting');
  });
});

describe('restarts', () => {
  const before = kubelet({ 'pod-1': [true, 3], 'pod-2': [true, 1] });
  const after = kubelet({ 'pod-1': [true, 4], 'pod-2': [true, 2] });

  it('are counted over a group since the step opened', () => {
    const twice = { type: 'restarts', pod: 'pod', atLeast: 2 };
    expect(state(twice, 3000, [1100, before], [2900, after])).toBe('pass');
    expect(state({ ...twice, atLeast: 3 }, 3000, [1100, before], [2900, after])).toBe('fail');
  });

  it('are none only after the whole span was watched', () => {
    const none = { type: 'restarts', pod: 'pod', atMost: 0, seconds: 2 };
    expect(state(none, 2500, [1100, before], [2400, before])).toBe('waiting');
    expect(state(none, 3100, [1100, before], [3000, before])).toBe('pass');
    expect(state(none, 2500, [1100, before], [2400, after])).toBe('fail');
  });
});
