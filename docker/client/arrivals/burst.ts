import { constantRate } from './rate.ts';
import type { Pattern } from './pattern.ts';

/** `burstSize` requests at one instant, then the silence that keeps the rate on average. */
export const burst: Pattern = {
  rate: (settings) => constantRate(settings.rate),
  gaps({ burstSize }) {
    let sent = 1;
    const next = () => {
      if (sent < burstSize) {
        sent += 1;
        return 0;
      }
      sent = 1;
      return burstSize;
    };
    return { first: 0, next };
  },
};
