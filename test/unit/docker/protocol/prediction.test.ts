import { describe, expect, it } from 'vitest';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L4Patch } from '../../../../docker/protocol/balancer.ts';
import { predict } from '../../../../docker/protocol/prediction.ts';
import type { Expectation } from '../../../../docker/protocol/prediction.ts';

function of(patch: L4Patch, expectation?: Expectation) {
  return predict(l4SettingsSchema.parse(patch), expectation);
}

describe('prediction', () => {
  it("is decision 9's window: [(k-1) i, k i + t + j], and the same for the way back", () => {
    const healthCheck = {
      intervalMs: 10_000,
      timeoutMs: 4_000,
      jitterMs: 500,
      unhealthyThreshold: 2,
      healthyThreshold: 5,
    };
    expect(of({ healthCheck })).toEqual({
      rule: 'active',
      downMs: [10_000, 24_500],
      upMs: [40_000, 54_500],
      words: '2 failures to leave, 5 passes to return',
    });
  });

  it('counts a fast interval between the first result and the last', () => {
    const healthCheck = { intervalMs: 10_000, timeoutMs: 500, fastIntervalMs: 1_000, unhealthyThreshold: 3 };
    expect(of({ healthCheck }).downMs).toEqual([2_000, 12_500]);
  });

  it('stretches where a hanging probe outlasts the interval', () => {
    const healthCheck = { intervalMs: 5_000, timeoutMs: 6_000, unhealthyThreshold: 2 };
    expect(of({ healthCheck }).downMs).toEqual([5_000, 18_000]);
  });

  it('lets a wrong status evict at once where the check says so', () => {
    const healthCheck = {
      protocol: 'http',
      intervalMs: 10_000,
      timeoutMs: 1_000,
      unhealthyThreshold: 3,
      statusFailsAtOnce: true,
    } as const;
    expect(of({ healthCheck }, { failure: 'status' }).downMs).toEqual([0, 11_000]);
    expect(of({ healthCheck }, { failure: 'connection' }).downMs).toEqual([20_000, 31_000]);
    expect(of({ healthCheck }).downMs).toEqual([0, 31_000]);
  });

  it('knows passive detection only in requests, or in time when their spacing is known', () => {
    const patch: L4Patch = {
      healthCheck: { protocol: 'none' },
      passive: { consecutiveErrors: 3, ejectMs: 30_000, maxEjectMs: 300_000 },
    };
    expect(of(patch)).toMatchObject({ rule: 'passive', downMs: null, upMs: [30_000, 300_000] });
    expect(of(patch, { requestGapMs: 200 }).downMs).toEqual([400, 600]);
  });

  it('says never where nobody looks', () => {
    expect(of({ healthCheck: { protocol: 'none' } })).toMatchObject({
      rule: 'never',
      downMs: null,
      upMs: null,
    });
  });
});
