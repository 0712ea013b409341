import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'in-flight', client: 'client', atLeast: 25 });

function verdict(inFlight: readonly number[]) {
  const samples = inFlight.map((count, index) => sample(index * 250, clientStats({ inFlight: count })));
  return evaluate('pile', check, evidence({ samples: { client: samples } }));
}

describe('in-flight', () => {
  it('looks at this moment only', () => {
    expect(verdict([0, 25])).toMatchObject({ state: 'pass', measured: '25 in flight' });
    expect(verdict([40, 24]).state).toBe('fail');
  });

  it('waits for the first sample', () => {
    expect(verdict([]).state).toBe('waiting');
  });
});
