import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../../../../docker/l7/policies/client-address.ts';
import { forwardedFields } from '../../../../../docker/l7/policies/forwarded.ts';

describe('client address', () => {
  const chain = [
    ['X-Forwarded-For', '6.6.6.6, 203.0.113.9'],
    ['x-forwarded-for', '10.0.0.2:8080'],
  ] as const;

  it('believes nobody unless told to', () => {
    expect(clientAddress('::ffff:10.0.0.3', chain, 0)).toBe('10.0.0.3');
  });

  it('counts trusted hops from the right, where nobody can write ahead', () => {
    expect(clientAddress('10.0.0.3', chain, 1)).toBe('10.0.0.2');
    expect(clientAddress('10.0.0.3', chain, 2)).toBe('203.0.113.9');
    expect(clientAddress('10.0.0.3', chain, 4)).toBe('10.0.0.3');
    expect(clientAddress('10.0.0.3', [['x-forwarded-for', '[2001:db8::1]:5']], 1)).toBe('2001:db8::1');
    expect(clientAddress('10.0.0.3', [['x-forwarded-for', 'unknown']], 1)).toBe('10.0.0.3');
  });
});

describe('Forwarded', () => {
  const hop = { client: '2001:db8::1', self: '10.0.0.3', scheme: 'http', host: 'shop.test:8080' } as const;
  const ours = 'for="[2001:db8::1]";by=10.0.0.3;proto=http;host="shop.test:8080"';

  it('appends, replaces, or removes', () => {
    const fields = [
      ['forwarded', 'for=192.0.2.1'],
      ['a', '1'],
    ] as const;
    expect(forwardedFields(fields, hop, 'append')).toEqual([
      ['a', '1'],
      ['Forwarded', `for=192.0.2.1, ${ours}`],
    ]);
    expect(forwardedFields(fields, hop, 'set')).toEqual([
      ['a', '1'],
      ['Forwarded', ours],
    ]);
    expect(forwardedFields(fields, hop, 'remove')).toEqual([['a', '1']]);
  });
});
