import type { FaultSettings } from '../../protocol/faults.ts';
import { json, later } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { coldness } from '../warm-up.ts';

export const slowStart: Fault<FaultSettings<'slow-start'>> = {
  layer: 'request',
  stage: 'delay',
  apply({ startMs, warmUpMs, worstMs, curve }, { now }) {
    const begun = now();
    return {
      request(exchange, next) {
        const age = now() - begun;
        if (age < startMs) {
          exchange.send(json(503, { error: 'starting' }));
          return;
        }
        const extra = worstMs * coldness(age - startMs, warmUpMs, curve);
        if (extra < 1) next();
        else later(exchange, extra, next);
      },
      notReady: () => (now() - begun < startMs ? 'starting' : null),
    };
  },
};
