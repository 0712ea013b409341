import { describe, expect, it } from 'vitest';
import { remembering } from '../../../../../../docker/l7/policies/tokens/remembered.ts';

/** Takes every token but those that begin with "bad", and says which it was shown. */
function verifier() {
  const shown: string[] = [];
  const remembered = remembering({
    verify(token) {
      shown.push(token);
      return token.startsWith('bad') ? { problem: 'the signature is wrong' } : { claims: { sub: token } };
    },
  });
  return { shown, verify: remembered.verify };
}

describe('tokens that are remembered', () => {
  it('are checked once, and by their whole text', () => {
    const { shown, verify } = verifier();
    expect(verify('anna')).toEqual({ claims: { sub: 'anna' } });
    expect(verify('anna')).toEqual({ claims: { sub: 'anna' } });
    expect(verify('annb')).toEqual({ claims: { sub: 'annb' } });
    expect(shown).toEqual(['anna', 'annb']);
  });

  it('are good ones: bad ones are checked each time, and push none out', () => {
    const { shown, verify } = verifier();
    verify('anna');
    for (let index = 0; index < 3000; index += 1) verify(`bad${index % 2}`);
    verify('anna');
    expect(shown.length).toBe(3001);
    expect(verify('bad0')).toEqual({ problem: 'the signature is wrong' });
  });

  it('are a thousand at most, and of usual length: the oldest is checked again', () => {
    const { shown, verify } = verifier();
    for (let index = 0; index <= 1000; index += 1) verify(`token ${index}`);
    verify('token 1000');
    expect(shown.length).toBe(1001);
    verify('token 0');
    expect(shown.length).toBe(1002);
    const long = 'x'.repeat(5000);
    verify(long);
    verify(long);
    expect(shown.length).toBe(1004);
  });
});
