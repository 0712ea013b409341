import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import type { Json } from '../../../../../electron/contract/session.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, evidence, sample } from '../../../../support/evidence.ts';

type Policies = Readonly<Record<string, Json>>;

function verdict(check: unknown, first: Policies, last: Policies) {
  const stats = { ...balancerStats({}), role: 'l7' as const };
  const samples = [sample(1000, { ...stats, policies: first }), sample(9000, { ...stats, policies: last })];
  return evaluate(
    'hit',
    checkSchema.parse(check),
    evidence({ samples: { proxy: samples }, stepOpenedAt: 500 }),
  );
}

describe('what a cache kept from its targets', () => {
  const check = { type: 'cached', balancer: 'proxy', atLeast: 0.9, sample: 100 };
  const cache = (hits: number, misses: number) => ({ cache: { hits, misses, stored: [] } });

  it('is counted since the step opened', () => {
    expect(verdict(check, cache(0, 500), cache(190, 510))).toMatchObject({
      state: 'pass',
      measured: '190 of 200 (95 %) answered by the cache',
    });
    expect(verdict(check, cache(500, 0), cache(580, 120))).toMatchObject({ state: 'fail' });
  });

  it('begins anew with a cache that was made anew', () => {
    expect(verdict(check, cache(900, 100), cache(190, 10))).toMatchObject({ state: 'pass' });
  });

  it('says nothing of too few requests, or without a cache', () => {
    expect(verdict(check, cache(0, 0), cache(99, 0)).state).toBe('waiting');
    expect(verdict(check, {}, {})).toMatchObject({ state: 'waiting', measured: 'no cache is on' });
  });
});

it('what compression left is a share of the bytes it was given', () => {
  const check = { type: 'compressed', balancer: 'proxy', atMost: 0.5, sampleBytes: 1000 };
  const compression = (bytesIn: number, bytesOut: number) => ({ compression: { bytesIn, bytesOut } });
  expect(verdict(check, compression(0, 0), compression(1000, 250)).state).toBe('pass');
  expect(verdict(check, compression(0, 0), compression(1000, 900)).state).toBe('fail');
  expect(verdict(check, compression(0, 0), compression(900, 100)).state).toBe('waiting');
});
