import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { balancerStats, clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({
  type: 'price',
  node: 'proxy',
  client: 'a',
  than: { node: 'edge', client: 'b' },
  atLeast: 2,
  sample: 100,
});

const cpu = (cpuMicros: number) => {
  const stats = balancerStats({});
  return { ...stats, process: { ...stats.process, cpuMicros } };
};

function verdict(requests: number, proxyMicros: number, edgeMicros: number) {
  const answered = (count: number) => clientStats({ answered: count, byStatus: { 200: count } });
  return evaluate(
    'price',
    check,
    evidence({
      now: 5000,
      samples: {
        proxy: [sample(0, cpu(50_000)), sample(5000, cpu(50_000 + proxyMicros))],
        edge: [sample(0, cpu(0)), sample(5000, cpu(edgeMicros))],
        a: [sample(0, answered(0)), sample(5000, answered(requests))],
        b: [sample(0, answered(7)), sample(5000, answered(7 + requests * 2))],
      },
    }),
  );
}

describe('price', () => {
  it('compares processor time for each request, not in all', () => {
    expect(verdict(200, 200_000, 100_000)).toMatchObject({
      state: 'pass',
      measured: 'proxy 1.00 ms, edge 0.25 ms a request: 4.0 times, over 200 requests',
    });
    expect(verdict(200, 100_000, 200_000).state).toBe('fail');
  });

  it('says nothing on a handful of requests, nor beside a node that spent nothing', () => {
    expect(verdict(50, 200_000, 100_000).state).toBe('waiting');
    expect(verdict(200, 200_000, 0).state).toBe('waiting');
  });
});
