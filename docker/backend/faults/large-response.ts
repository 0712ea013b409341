import { Readable } from 'node:stream';
import type { FaultSettings } from '../../protocol/faults.ts';
import { writeHead } from '../exchange.ts';
import type { Fault } from '../fault.ts';

const chunk = Buffer.alloc(64 * 1024, 'x');

/** One chunk over and over, at the reader's pace: the size costs no memory here. */
export const largeResponse: Fault<FaultSettings<'large-response'>> = {
  layer: 'request',
  stage: 'write',
  apply: ({ bytes }, { node }) => ({
    request(exchange, next) {
      exchange.send = (answer) => {
        writeHead(exchange, node, answer, bytes);
        Readable.from(pieces(bytes), { objectMode: false }).pipe(exchange.response);
      };
      next();
    },
  }),
};

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= chunk.length)
    yield chunk.subarray(0, Math.min(left, chunk.length));
}
