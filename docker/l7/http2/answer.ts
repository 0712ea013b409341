//  head, body --> [head held for its first piece] --> HEADERS, DATA
import { lengthOf } from '../http1/framing.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field, ResponseHead } from '../message.ts';
import { fieldValues, withoutFields } from '../message.ts';
import type { ResponseSink } from '../sink.ts';
import { code } from './codes.ts';
import { fieldsToSend } from './fields-to-send.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Lane, Outlet } from './outlet.ts';

export interface Answer {
  readonly sink: ResponseSink;
  readonly lane: Lane;
  /** Nothing of it is wanted any more. */
  close(): void;
}

interface AnswerDeps {
  readonly stream: number;
  readonly method: string;
  /** What HTTP/1 says by 101 is 200 here (RFC 8441 section 5). */
  readonly tunnel: boolean;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  begins(): void;
  /** END_STREAM is written. */
  ended(): void;
  /** It will never be whole. */
  broken(code: number): void;
}

const broken: ResponseHead = { status: 500, fields: [] };

export function createAnswer(deps: AnswerDeps): Answer {
  const { stream, method, writer } = deps;
  let waiting: ResponseHead | null = null;
  let begun = false;
  // Nothing may follow, and then: all of it is written, or never will be.
  let over = false;
  let closed = false;
  let bodiless = false;
  // By its Content-Length; null where it has none.
  let left: number | null = null;
  let onDrain: () => void = () => undefined;
  const ended = () => {
    over = closed = true;
    deps.ended();
  };
  const lane = deps.outlet.lane({ id: stream, wake: () => onDrain(), ended });

  const send = (endStream: boolean) => {
    if (waiting === null || over) return;
    const head = waiting;
    waiting = null;
    const fields = fieldsToSend(head.status, withoutHopByHop(head.fields));
    // A head that a policy broke must not break the rest.
    writer.headers(stream, fields ?? fieldsToSend(broken.status, broken.fields) ?? [], endStream);
  };
  // A head whose body is long in coming is worth something by itself.
  const sendAlone = () => send(false);

  const close = () => {
    over = closed = true;
    waiting = null;
    lane.close();
  };

  const fail = (why: number) => {
    if (closed) return;
    close();
    deps.broken(why);
  };

  return {
    lane,
    close,
    sink: {
      informational({ status, fields }) {
        const all = fieldsToSend(status, withoutHopByHop(fields));
        if (!over && !begun && all !== null) writer.headers(stream, all, false);
      },
      head(said) {
        if (over || begun) return;
        begun = true;
        const head = deps.tunnel && said.status === 101 ? opened(said) : said;
        bodiless = method === 'HEAD' || head.status === 204 || head.status === 304;
        const length = lengthOf(fieldValues(head.fields, 'content-length'));
        left = typeof length === 'number' && !bodiless ? length : null;
        waiting = head;
        deps.begins();
        writer.beforeFlush(sendAlone);
      },
      write(piece) {
        if (over || bodiless || piece.length === 0) return true;
        if (left !== null) {
          left -= piece.length;
          // More than was said: the client is told by the end of it.
          if (left < 0) return true;
        }
        send(false);
        return lane.write(piece);
      },
      end(last) {
        if (over) return;
        if (left !== null && left !== 0) {
          fail(code.internalError);
          return;
        }
        const trailers = last.length === 0 ? none : (fieldsToSend(null, withoutHopByHop(last)) ?? none);
        if (waiting !== null && trailers.length === 0) {
          // gRPC reads its status in such a head: an answer of trailers only.
          send(true);
          lane.close();
          ended();
          return;
        }
        send(false);
        over = true;
        lane.end(trailers);
      },
      abort: () => fail(code.internalError),
      flushed: () => waiting === null && lane.empty(),
      onDrain: (wake) => void (onDrain = wake),
    },
  };
}

const none: readonly Field[] = [];

function opened(head: ResponseHead): ResponseHead {
  return { status: 200, fields: withoutFields(head.fields, ['sec-websocket-accept']) };
}
