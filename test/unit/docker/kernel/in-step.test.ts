import { describe, expect, it } from 'vitest';
import { inStep } from '../../../../docker/kernel/in-step.ts';

describe('in step', () => {
  it('works once for a burst, and once more for what came meanwhile', async () => {
    let running = 0;
    let runs = 0;
    const step = inStep(async () => {
      expect(++running).toBe(1);
      runs += 1;
      if (runs === 1) for (let i = 0; i < 3; i += 1) step.request();
      await Promise.resolve();
      running -= 1;
    });
    for (let i = 0; i < 3; i += 1) step.request();
    await step.settled();
    expect(runs).toBe(2);
    step.request();
    await step.settled();
    expect(runs).toBe(3);
  });
});
