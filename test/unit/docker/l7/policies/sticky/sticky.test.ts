import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Field } from '../../../../../../docker/l7/message.ts';
import { createSeal } from '../../../../../../docker/l7/policies/sticky/seal.ts';
import { createSticky } from '../../../../../../docker/l7/policies/sticky/sticky.ts';
import { stickySchema } from '../../../../../../docker/protocol/l7/sticky.ts';
import { asked } from '../request.ts';

const day = 86_400_000;

function sticky(settings: z.input<typeof stickySchema>) {
  const made = createSticky(stickySchema.parse({ cookie: 'LB', ...settings }), createSeal());
  if (made === null) throw new Error('off');
  return {
    answer: (
      target: string,
      {
        kept = false,
        fields = [],
        now = 0,
      }: { kept?: boolean; fields?: readonly Field[]; now?: number } = {},
    ) => made.cookies({ target, kept, fields, now }).map(([, line]) => line),
    wants(cookie: string, now = 0) {
      const targets = ['backend-1', 'backend-2'];
      return made.wanted(asked({ fields: [['Cookie', cookie]] }), targets, now);
    },
  };
}

const pairOf = (line: string | undefined) => line?.split(';')[0] ?? '';

describe('sticky cookies', () => {
  it('costs nothing when off', () => {
    expect(createSticky(stickySchema.parse({}), createSeal())).toBeNull();
  });

  it('by duration: sealed, renewed with each answer, and stale after its time though the cookie lives for a week', () => {
    const { answer, wants } = sticky({ mode: 'duration', durationMs: day });
    const [line] = answer('backend-1', { now: 0, kept: true });
    expect(line).toMatch(/^LB=[\w-]+; Expires=Thu, 08 Jan 1970 00:00:00 GMT; Path=\/$/);
    expect(line).not.toContain('backend');
    expect(wants(pairOf(line), day - 1)).toBe('backend-1');
    expect(wants(pairOf(line), day)).toBeNull();
    expect(wants(pairOf(answer('backend-9')[0]))).toBeNull();
  });

  it('seals no two alike but for the same target in the same millisecond', () => {
    const { answer, wants } = sticky({ mode: 'duration', durationMs: day });
    const lines = [
      answer('backend-1', { now: 5 }),
      answer('backend-2', { now: 5 }),
      answer('backend-1', { now: 6 }),
      answer('backend-1', { now: 5 }),
    ].map(([line]) => line);
    expect(new Set(lines).size).toBe(4);
    expect(lines.map((line) => wants(pairOf(line), day + 4))).toEqual([
      'backend-1',
      'backend-2',
      'backend-1',
      'backend-1',
    ]);
    expect(lines.map((line) => wants(pairOf(line), day + 5))).toEqual([null, null, 'backend-1', null]);
    expect(answer('backend-1', { now: 5 })).toEqual([lines[3]]);
  });

  it('does not believe a cookie that it did not seal', () => {
    const { answer, wants } = sticky({ mode: 'duration' });
    const pair = pairOf(answer('backend-1')[0]);
    const forged = `${pair.slice(0, 40)}${pair[40] === 'A' ? 'B' : 'A'}${pair.slice(41)}`;
    expect(wants(forged)).toBeNull();
    expect(wants('LB=backend-1')).toBeNull();
    expect(wants('LB=')).toBeNull();
  });

  it('by application: follows the application’s cookie, and stops with it', () => {
    const { answer, wants } = sticky({ mode: 'application', applicationCookie: 'SESSION' });
    expect(answer('backend-1')).toEqual([]);
    const [line] = answer('backend-1', { fields: [['set-cookie', 'SESSION=s1; Path=/']] });
    expect(wants(`SESSION=s1; ${pairOf(line)}`)).toBe('backend-1');
    expect(wants(pairOf(line))).toBeNull();
  });

  it('by affinity: the same hash on each proxy, set once', () => {
    const one = sticky({ mode: 'affinity' });
    const other = sticky({ mode: 'affinity' });
    const [line] = one.answer('backend-1');
    expect(other.wants(pairOf(line))).toBe('backend-1');
    expect(one.answer('backend-1', { kept: true })).toEqual([]);
    expect(one.wants('x=1')).toBeNull();
  });
});
