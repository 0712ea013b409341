import type { FaultSettings } from '../../protocol/faults.ts';
import { json, later } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { createWorkerPool } from '../worker-pool.ts';

/** The process itself is well: what kubelet asks on these paths does not wait in the queue. */
const aside = ['/healthz', '/ready'];

export const overload: Fault<FaultSettings<'overload'>> = {
  layer: 'request',
  stage: 'delay',
  apply({ capacity, serviceMs, queue, notReadyAt }) {
    const pool = createWorkerPool();
    pool.setLimit(capacity);
    return {
      request(exchange, next) {
        if (aside.includes(exchange.path)) {
          next();
          return;
        }
        if (pool.busy >= capacity && pool.waiting >= queue) {
          exchange.send(json(503, { error: 'overloaded' }));
          return;
        }
        const ticket = pool.acquire((release) => {
          exchange.response.once('close', release);
          later(exchange, serviceMs, next);
        });
        exchange.response.once('close', () => ticket.cancel());
      },
      notReady() {
        const full = pool.busy >= capacity && pool.waiting >= queue * notReadyAt;
        return full ? `overloaded: ${pool.waiting} requests wait` : null;
      },
    };
  },
};
