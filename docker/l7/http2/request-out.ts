//  pieces of a request's body --> [as long as it was said to be] --> lane
import { lengthOf } from '../http1/framing.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field } from '../message.ts';
import { fieldValues } from '../message.ts';
import type { Sink } from '../sink.ts';
import { fieldsToSend } from './fields-to-send.ts';
import type { Outlet } from './outlet.ts';

/** The body of one request on its way to a target. */
export interface RequestOut {
  readonly sink: Sink;
  /** False: beyond what a window may be. */
  credit(bytes: number): boolean;
  /** Nothing of it is wanted any more. */
  close(): void;
}

interface RequestOutDeps {
  readonly stream: number;
  readonly fields: readonly Field[];
  readonly outlet: Outlet;
  /** END_STREAM is written. */
  ended(): void;
  /** Its sender takes it back. */
  aborted(): void;
  /** Not as long as its Content-Length says. */
  broken(): void;
}

export function createRequestOut(deps: RequestOutDeps): RequestOut {
  const length = lengthOf(fieldValues(deps.fields, 'content-length'));
  let left = typeof length === 'number' ? length : null;
  let closed = false;
  let onDrain: () => void = () => undefined;
  const lane = deps.outlet.lane({ id: deps.stream, wake: () => onDrain(), ended: deps.ended });

  const close = () => {
    closed = true;
    lane.close();
  };

  return {
    sink: {
      write(piece) {
        if (closed || piece.length === 0) return true;
        if (left !== null) left -= piece.length;
        if (left !== null && left < 0) {
          deps.broken();
          return true;
        }
        return lane.write(piece);
      },
      end(trailers) {
        if (closed) return;
        if (left !== null && left > 0) {
          deps.broken();
          return;
        }
        closed = true;
        lane.end(trailers.length === 0 ? [] : (fieldsToSend(null, withoutHopByHop(trailers)) ?? []));
      },
      abort() {
        if (!closed) deps.aborted();
      },
      onDrain: (wake) => void (onDrain = wake),
    },
    credit: (bytes) => lane.credit(bytes),
    close,
  };
}
