import { constantRate } from './rate.ts';
import type { Pattern } from './pattern.ts';

/** Evenly spaced, the first at once. */
export const constant: Pattern = {
  rate: (settings) => constantRate(settings.rate),
  gaps: () => ({ first: 0, next: () => 1 }),
};
