import { rampRate } from './rate.ts';
import type { Pattern } from './pattern.ts';

/** Evenly spaced at a rate that moves from `rate` to `rampTo`, and stays there. */
export const ramp: Pattern = {
  rate: (settings, nowMs) => rampRate(nowMs, settings.rate, settings.rampTo, settings.rampMs),
  gaps: () => ({ first: 0, next: () => 1 }),
};
