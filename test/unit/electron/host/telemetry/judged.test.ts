import { describe, expect, it } from 'vitest';
import { isJudged } from '../../../../../electron/host/telemetry/judged.ts';

describe('a target is judged', () => {
  it('when it is healthy, or leaving', () => {
    expect(isJudged({ state: 'healthy' }, null, null)).toBe(true);
    expect(isJudged({ state: 'draining' }, null, null)).toBe(true);
  });

  it('not before its first verdict', () => {
    expect(isJudged({ state: 'initial' }, { at: 2000, ok: true }, 1000)).toBe(false);
  });

  it('not by a probe that came before it was up', () => {
    expect(isJudged({ state: 'unhealthy' }, { at: 900, ok: false }, null)).toBe(false);
    expect(isJudged({ state: 'unhealthy' }, { at: 900, ok: false }, 1000)).toBe(false);
    expect(isJudged({ state: 'unhealthy' }, { at: 1100, ok: false }, 1000)).toBe(false);
  });

  it('not while it is on its way back', () => {
    expect(isJudged({ state: 'unhealthy' }, { at: 2000, ok: true }, 1000)).toBe(false);
  });

  it('as unhealthy by a probe that failed although it was up', () => {
    expect(isJudged({ state: 'unhealthy' }, { at: 2000, ok: false }, 1000)).toBe(true);
  });
});
