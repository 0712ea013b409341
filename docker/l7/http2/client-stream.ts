//  HEADERS, DATA --> [length and window checked > inlet] --Incoming--> serve
//  HEADERS, DATA <-- [answer] <--ResponseSink-- serve
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Cause } from '../failure.ts';
import type { ClientListener, Incoming } from '../front.ts';
import type { Field } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import { createAnswer } from './answer.ts';
import { code, frameType } from './codes.ts';
import type { Ending } from './ended-streams.ts';
import type { FrameWriter } from './frame-writer.ts';
import { createInlet, noBody } from './inlet.ts';
import type { Inlet } from './inlet.ts';
import type { Outlet } from './outlet.ts';
import type { ParsedRequest } from './request-head.ts';

/** What a client may send on a stream before the target has taken any of it: its share of our memory. */
export const streamWindow = 131_072;

/** A request under way. */
export interface ClientStream {
  readonly incoming: Incoming;
  /** `size` counts its padding too. */
  data(piece: Buffer, size: number, last: boolean): void;
  /** Null: malformed. */
  trailers(fields: readonly Field[] | null, last: boolean): void;
  credit(bytes: number): void;
  /** The client takes it back, or has left. */
  gone(): void;
  /** The client did what ends the stream (RFC 9113 section 5.4.2): answered where it still can be, and cut. */
  fault(code: number): void;
}

interface ClientStreamDeps {
  readonly id: number;
  readonly request: ParsedRequest;
  readonly hasBody: boolean;
  readonly peer: Peer;
  readonly http: HttpSettings;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  /** It is not among the open ones any more. */
  closed(ending: Ending): void;
}

export function openStream(deps: ClientStreamDeps): ClientStream {
  const { id, request, hasBody, http, writer } = deps;
  let listener: ClientListener | null = null;
  let closed = false;
  let received = 0;
  let window = streamWindow;
  let owed = 0;
  // What the client did wrong, once it has.
  let late: number = code.noError;

  const taken = (bytes: number) => {
    owed += bytes;
    if (owed < streamWindow / 2 || inlet.over() || closed) return;
    writer.words(frameType.windowUpdate, 0, id, owed);
    window += owed;
    owed = 0;
  };

  const close = (ending: Ending) => {
    if (closed) return;
    closed = true;
    answer.close();
    deps.closed(ending);
  };

  const cut = (why: number) => {
    if (closed) return;
    writer.words(frameType.rstStream, 0, id, why);
    close('cut');
    inlet.close();
  };

  const fail = (cause: Cause) => {
    inlet.abort();
    listener?.failed(cause);
  };

  const fault = (why: number) => {
    late = why;
    fail('bad-request');
    if (closed) return;
    const heard = listener;
    cut(why);
    heard?.gone();
  };

  const ended = () => {
    // An answer before the request is over: the rest is not wanted (RFC 9113 section 8.1).
    const whole = inlet.over() && late === code.noError;
    if (!whole) writer.words(frameType.rstStream, 0, id, late);
    close(whole ? 'whole' : 'cut');
    inlet.close();
    writer.whenFlushed((flushed) => (flushed ? listener?.finished() : listener?.gone()));
  };

  const inlet: Inlet = hasBody
    ? createInlet({ silenceMs: http.bodyTimeoutMs, slow: () => fail('request-timeout'), taken })
    : noBody;
  const answer = createAnswer({
    stream: id,
    method: request.head.method,
    tunnel: request.upgrade !== null,
    writer,
    outlet: deps.outlet,
    begins: inlet.patient,
    ended,
    broken: (why) => cut(late === code.noError ? why : late),
  });

  const whole = () => request.length === null || received === request.length;

  return {
    incoming: {
      head: request.head,
      peer: deps.peer,
      hasBody,
      upgrade: request.upgrade,
      expectsContinue: request.expectsContinue,
      trailers: request.trailers,
      desync: null,
      suspect: false,
      respond: answer.sink,
      feed: inlet.feed,
      watch: (next) => void (listener = next),
    },
    data(piece, size, last) {
      window -= size;
      if (inlet.over()) {
        fault(code.streamClosed);
        return;
      }
      if (window < 0) {
        fault(code.flowControlError);
        return;
      }
      received += piece.length;
      const tooMuch = request.length !== null && received > request.length;
      if (tooMuch || (last && !whole())) {
        fault(code.protocolError);
        return;
      }
      if (http.bodyBytes > 0 && received > http.bodyBytes) {
        fail('too-large');
        return;
      }
      taken(size - piece.length);
      if (piece.length > 0) inlet.data(piece);
      if (last) inlet.end([]);
    },
    trailers(fields, last) {
      if (inlet.over()) fault(code.streamClosed);
      else if (fields === null || !last || !whole()) fault(code.protocolError);
      else inlet.end(fields);
    },
    credit(bytes) {
      if (!answer.lane.credit(bytes)) fault(code.flowControlError);
    },
    gone() {
      if (closed) return;
      inlet.abort();
      close('reset');
      listener?.gone();
    },
    fault,
  };
}
