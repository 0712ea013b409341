import { constantRate } from './rate.ts';
import type { Pattern } from './pattern.ts';
import { createRandom } from './random.ts';

/** Independent arrivals, as from many people who know nothing of each other: exponential gaps of mean one. */
export const poisson: Pattern = {
  rate: (settings) => constantRate(settings.rate),
  gaps({ seed }) {
    const random = createRandom(seed);
    const next = () => -Math.log(1 - random());
    return { first: next(), next };
  },
};
