import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence } from '../../../../support/evidence.ts';

function verdict(equals: string, given?: string) {
  const check = checkSchema.parse({ type: 'answer', truth: { equals } });
  const answers = given === undefined ? {} : { find: given };
  return evaluate('find', check, evidence({ answers, picked: { culprit: 'backend-3' } }));
}

describe('answer, against a value that the lab knows', () => {
  it('is a choice, or the node that a variable stands for in this session', () => {
    expect(verdict('server', 'server').state).toBe('pass');
    expect(verdict('server', 'proxy').state).toBe('fail');
    expect(verdict('$culprit', 'backend-3').state).toBe('pass');
    expect(verdict('$culprit', 'backend-1').state).toBe('fail');
  });

  it('waits for an answer, and never says the right one', () => {
    expect(verdict('$culprit').state).toBe('waiting');
    expect(JSON.stringify(verdict('$culprit', 'backend-1'))).not.toContain('backend-3');
  });
});
