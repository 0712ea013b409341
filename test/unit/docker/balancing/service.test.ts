import { describe, expect, it } from 'vitest';
import { mayServe, serviceMode } from '../../../../docker/balancing/service.ts';
import { rampAt } from '../../../../docker/balancing/slow-start.ts';
import { matchesCode } from '../../../../docker/balancing/status-codes.ts';
import type { TargetStats } from '../../../../docker/protocol/stats.ts';

const names = { i: 'initial', h: 'healthy', u: 'unhealthy', d: 'draining', x: 'unused' } as const;
const states = (letters: string): { state: TargetStats['state'] }[] =>
  letters.split('').map((letter) => ({ state: names[letter as keyof typeof names] }));

const open = { whenAllDown: 'fail-open', panicThreshold: 0 } as const;
const closed = { whenAllDown: 'refuse', panicThreshold: 0 } as const;
const envoy = { whenAllDown: 'fail-open', panicThreshold: 0.5 } as const;

describe('who serves', () => {
  it.each([
    ['hhh', open, 'normal'],
    ['huu', open, 'normal'],
    ['uuu', open, 'fail-open'],
    ['uuu', closed, 'refuse'],
    ['uud', open, 'fail-open'],
    ['udd', closed, 'refuse'],
    ['iii', open, 'refuse'],
    ['iiu', open, 'fail-open'],
    ['', open, 'refuse'],
    ['ddd', open, 'refuse'],
    ['hhuu', envoy, 'normal'],
    ['huuu', envoy, 'fail-open'],
    ['uuuu', envoy, 'fail-open'],
    ['hiii', envoy, 'normal'],
  ] as const)('%s under %o: %s', (letters, settings, mode) => {
    expect(serviceMode(states(letters), settings)).toBe(mode);
  });

  it('fail-open spares nobody but those who leave', () => {
    const serving = Object.values(names).filter((state) => mayServe(state, 'fail-open'));
    expect(serving).toEqual(['initial', 'healthy', 'unhealthy']);
    expect(Object.values(names).filter((state) => mayServe(state, 'normal'))).toEqual(['healthy']);
    expect(Object.values(names).filter((state) => mayServe(state, 'refuse'))).toEqual([]);
  });

  it('slow start is linear, never nothing, and over at its end', () => {
    expect([0, 250, 500, 1000, 5000].map((at) => rampAt(at, 0, 1000))).toEqual([0.01, 0.25, 0.5, 1, 1]);
    expect(rampAt(0, null, 1000)).toBe(1);
  });

  it.each([
    ['200', 200, true],
    ['200', 201, false],
    ['200-399', 302, true],
    ['200-399', 400, false],
    ['200,301-302', 301, true],
    ['200,301-302', 300, false],
    ['', 500, false],
  ])('codes %s hold %i: %s', (list, code, holds) => {
    expect(matchesCode(list, code)).toBe(holds);
  });
});
