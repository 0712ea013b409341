import type { FaultSettings } from '../../protocol/faults.ts';
import { later, writeHead } from '../exchange.ts';
import type { Fault } from '../fault.ts';

export const resetMidResponse: Fault<FaultSettings<'reset-mid-response'>> = {
  layer: 'request',
  stage: 'write',
  apply: ({ bodyShare, afterMs }, { node }) => ({
    request(exchange, next) {
      exchange.send = (answer) => {
        const body = Buffer.from(answer.body);
        writeHead(exchange, node, answer, body.length);
        exchange.response.write(body.subarray(0, Math.floor(body.length * bodyShare)));
        // A reset discards what the kernel still holds: the part must have left before it.
        later(exchange, afterMs, () => exchange.connection.socket.resetAndDestroy());
      };
      next();
    },
  }),
};
