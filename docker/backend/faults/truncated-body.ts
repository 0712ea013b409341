import type { FaultSettings } from '../../protocol/faults.ts';
import { writeHead } from '../exchange.ts';
import type { Fault } from '../fault.ts';

export const truncatedBody: Fault<FaultSettings<'truncated-body'>> = {
  layer: 'request',
  stage: 'write',
  apply: ({ bodyShare }, { node }) => ({
    request(exchange, next) {
      exchange.send = (answer) => {
        const body = Buffer.from(answer.body);
        writeHead(exchange, node, answer, body.length);
        exchange.response.write(body.subarray(0, Math.floor(body.length * bodyShare)), () =>
          (exchange.connection.secure ?? exchange.connection.socket).destroySoon(),
        );
      };
      next();
    },
  }),
};
