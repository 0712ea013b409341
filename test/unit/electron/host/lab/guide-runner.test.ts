import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GuideRunner } from '../../../../../electron/host/lab/guide-runner.ts';
import type { Session } from '../../../../../electron/host/lab/session.ts';
import type { Json } from '../../../../../electron/contract/session.ts';

const is = (path: string, equals: number) => ({ type: 'setting', node: 'one', path, equals });

/** A session of which only settings are ever read: the step wants a = 1, its choices b = 1 and b = 2. */
function guideOf(
  stated: Record<string, Json>,
  holds: (n: number) => object = (n) => is('b', n),
): GuideRunner {
  const predict = {
    prompt: 'What will b be?',
    choices: [1, 2].map((n) => ({ value: String(n), text: '', explain: '', holds: holds(n) })),
  };
  const act = { id: 'act', nodes: {}, steps: [{ id: 'step', check: is('a', 1), predict }] };
  const session = {
    id: 's',
    scale: 1,
    actIndex: 0,
    lab: { file: { pick: {} }, nodes: { one: { role: 'backend', settings: {} } }, acts: [act] },
    actionContext: () => ({ allocation: { networks: [], nodes: {} } }),
    settings: { get: () => ({ stated }) },
    capture: { evidence: () => null },
    telemetry: {
      samples: { remember: () => undefined, get: () => null },
      actsOfHand: () => [],
      ledger: () => ({ rows: [] }),
    },
  };
  return new GuideRunner(session as unknown as Session, () => undefined);
}

const predictionOf = (guide: GuideRunner) => guide.state().steps[0]?.prediction?.verdict;

describe('a prediction', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is open until its step has passed, whatever holds before', () => {
    const guide = guideOf({ b: 1 });
    guide.predict('step', '1');
    guide.judge();
    expect(predictionOf(guide)).toBe('open');
  });

  it('is right at once where it is borne out as the step passes', () => {
    const guide = guideOf({ a: 1, b: 1 });
    guide.predict('step', '1');
    guide.judge();
    expect(predictionOf(guide)).toBe('right');
  });

  it('is right a moment later where that needs more than the step did', () => {
    const stated: Record<string, Json> = { a: 1 };
    const guide = guideOf(stated);
    guide.predict('step', '1');
    guide.judge();
    expect(predictionOf(guide)).toBe('open');
    vi.advanceTimersByTime(2000);
    stated.b = 1;
    expect(guide.judge()).toBe(true);
    expect(predictionOf(guide)).toBe('right');
  });

  it('is wrong when it has not been borne out by then, and stays so', () => {
    const stated: Record<string, Json> = { a: 1, b: 2 };
    const guide = guideOf(stated);
    guide.predict('step', '1');
    guide.judge();
    vi.advanceTimersByTime(4000);
    guide.judge();
    expect(predictionOf(guide)).toBe('wrong');
    stated.b = 1;
    guide.judge();
    expect(predictionOf(guide)).toBe('wrong');
  });

  it('waits longer where too little was measured to say that it was wrong', () => {
    const guide = guideOf({ a: 1 }, () => ({ type: 'quiet', client: 'one', seconds: 1, answers: 1 }));
    guide.predict('step', '1');
    guide.judge();
    vi.advanceTimersByTime(4000);
    guide.judge();
    expect(predictionOf(guide)).toBe('open');
    vi.advanceTimersByTime(7000);
    guide.judge();
    expect(predictionOf(guide)).toBe('wrong');
  });

  it('is owed before the step passes, and before it tells what it measures', () => {
    const guide = guideOf({ a: 1, b: 1 });
    guide.judge();
    expect(guide.state().steps[0]).toMatchObject({
      state: 'open',
      verdict: { state: 'waiting', measured: '' },
    });
    guide.predict('step', '1');
    guide.judge();
    expect(guide.state().steps[0]).toMatchObject({ state: 'passed', prediction: { verdict: 'right' } });
  });

  it('cannot be changed once its step has passed', () => {
    const guide = guideOf({ a: 1, b: 2 });
    guide.predict('step', '1');
    guide.judge();
    guide.predict('step', '2');
    expect(guide.state().steps[0]?.prediction?.value).toBe('1');
  });
});
