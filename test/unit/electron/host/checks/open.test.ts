import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evidence, sample } from '../../../../support/evidence.ts';
import { balancerStats } from '../../../../support/stats.ts';

const stats = balancerStats({ connections: { accepted: 900, open: 120, refused: 0, failed: 0 } });

function verdict(check: object) {
  const parsed = checkSchema.parse({ type: 'open', balancer: 'proxy', ...check });
  return evaluate('step', parsed, evidence({ samples: { proxy: [sample(0, stats)] } }));
}

describe('open', () => {
  it('counts what is open now, between two bounds', () => {
    expect(verdict({ of: 'clients', atLeast: 120, atMost: 120 })).toMatchObject({
      state: 'pass',
      measured: '120 connections with clients',
    });
    expect(verdict({ of: 'clients', atLeast: 121 }).state).toBe('fail');
    expect(verdict({ of: 'clients', atMost: 119 }).state).toBe('fail');
    expect(verdict({ of: 'queued', atMost: 0 }).state).toBe('pass');
  });

  it('waits for the first sample', () => {
    const check = checkSchema.parse({ type: 'open', balancer: 'proxy', of: 'clients' });
    expect(evaluate('step', check, evidence({})).state).toBe('waiting');
  });
});
