import type { FaultSettings } from '../../protocol/faults.ts';
import { writeHead } from '../exchange.ts';
import type { Fault } from '../fault.ts';

export const slowBody: Fault<FaultSettings<'slow-body'>> = {
  layer: 'request',
  stage: 'write',
  apply: ({ pieces, overMs }, { node }) => ({
    request(exchange, next) {
      const { response } = exchange;
      exchange.send = (answer) => {
        const body = Buffer.from(answer.body);
        writeHead(exchange, node, answer, body.length);
        response.flushHeaders();
        let sent = 0;
        const timer = setInterval(() => {
          sent += 1;
          const piece = body.subarray(
            Math.floor((body.length * (sent - 1)) / pieces),
            Math.floor((body.length * sent) / pieces),
          );
          if (sent < pieces) return response.write(piece);
          clearInterval(timer);
          return response.end(piece);
        }, overMs / pieces);
        response.once('close', () => clearInterval(timer));
      };
      next();
    },
  }),
};
