import type { FaultSettings } from '../../protocol/faults.ts';
import { json, later } from '../exchange.ts';
import type { Fault } from '../fault.ts';

/** As a pool that waits for a connection for 30 s and then throws: the requests behind a leaked worker hang that long. */
export const deadlockedPool: Fault<FaultSettings<'deadlocked-pool'>> = {
  layer: 'process',
  stage: 'delay',
  apply: ({ workers, giveUpMs }, { pool }) => ({
    request(exchange, next) {
      if (giveUpMs > 0) {
        later(exchange, giveUpMs, () => exchange.send(json(503, { error: 'no worker became free' })));
      }
      next();
    },
    undo: pool.override({ limit: workers, leaks: true }),
  }),
};
