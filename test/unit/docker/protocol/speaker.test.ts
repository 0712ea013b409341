import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { speakingOrder } from '../../../../docker/protocol/speaker.ts';

describe('the order of speakers', () => {
  it('is the same for everybody, in whatever order they know each other', () => {
    const names = ['worker-1', 'worker-2', 'worker-3'];
    expect(speakingOrder(names, '10.9.0.9')).toEqual(speakingOrder(names.toReversed(), '10.9.0.9'));
  });

  it('is by SHA-256 of name, # and address, as MetalLB sorts its nodes', () => {
    const hash = (name: string) => createHash('sha256').update(`${name}#192.0.2.1`).digest();
    const [first = '', second = ''] = speakingOrder(['a', 'b'], '192.0.2.1');
    expect(Buffer.compare(hash(first), hash(second))).toBe(-1);
  });

  it('leaves the others in their order when one is gone', () => {
    const [first, ...rest] = speakingOrder(['a', 'b', 'c', 'd'], '192.0.2.7');
    expect(first).toBeDefined();
    expect(speakingOrder(rest.toSorted(), '192.0.2.7')).toEqual(rest);
  });

  it('spreads addresses over nodes', () => {
    const firsts = Array.from({ length: 100 }, (_, n) => speakingOrder(['a', 'b'], `192.0.2.${n}`)[0]);
    const mine = firsts.filter((name) => name === 'a').length;
    expect(mine).toBeGreaterThan(30);
    expect(mine).toBeLessThan(70);
  });
});
