//  HEADERS CONTINUATION DATA RST_STREAM WINDOW_UPDATE --> [which stream, and may it] --> target stream
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import { createAnswerDecoder } from './answer-field.ts';
import type { AnswerField } from './answer-field.ts';
import { code, firstTableBytes, flag, frameType, largestWindow } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import { createEndedStreams } from './ended-streams.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { FrameWriter } from './frame-writer.ts';
import { createHeaderBlocks } from './header-blocks.ts';
import type { Outlet } from './outlet.ts';
import { requestToSend } from './request-to-send.ts';
import type { Place } from './request-to-send.ts';
import type { Streams } from './session-frames.ts';
import { TargetStream } from './target-stream.ts';

export interface TargetStreams extends Streams {
  readonly count: number;
  /** No number is left for another (RFC 9113 section 5.1.1). */
  readonly exhausted: boolean;
  /** Null: the request cannot be said in HTTP/2. */
  open(outgoing: Outgoing, listener: BackListener, tunnel: boolean): TargetStream | null;
  /** Those above the last were not looked at. */
  goaway(last: number): void;
  /** The connection is gone; `untouched`: it was kept, and nothing was heard on it since its only request was sent. */
  lost(cause: Cause, untouched: boolean): void;
}

export interface TargetStreamsDeps {
  readonly place: Place;
  readonly http: HttpSettings;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  readonly guard: FloodGuard;
  /** A stream has ended. */
  ended(): void;
  /** One was given up without a word of its answer. */
  doubted(): void;
}

export function createTargetStreams(deps: TargetStreamsDeps): TargetStreams {
  const { place, http, writer, guard } = deps;
  const open = new Map<number, TargetStream>();
  const ended = createEndedStreams();
  let next = 1;

  const around = {
    writer,
    outlet: deps.outlet,
    doubted: deps.doubted,
    closed(id: number, ending: Parameters<typeof ended.note>[1]) {
      open.delete(id);
      ended.note(id, ending);
      deps.ended();
    },
  };

  const ours = (id: number) => {
    if (id % 2 === 0 || id >= next)
      throw new ConnectionError(code.protocolError, `stream ${id}, which we never opened`);
  };

  /** A frame on a stream that is over: it may have been on its way when we cut it, and else is nonsense. */
  const late = (id: number) => {
    if (ended.of(id) === 'cut') return;
    writer.words(frameType.rstStream, 0, id, code.streamClosed);
    ended.note(id, 'cut');
    if (!guard.reset())
      throw new ConnectionError(code.enhanceYourCalm, 'too many frames on streams that are over');
  };

  const blocks = createHeaderBlocks<AnswerField>({
    decoder: createAnswerDecoder(firstTableBytes),
    limits: { headBytes: http.answerHeadBytes, fieldBytes: http.fieldBytes, fields: http.fields },
    complete(id, endStream, fields, tooLarge) {
      guard.useful();
      const stream = open.get(id);
      if (stream === undefined) late(id);
      else stream.headers(fields, tooLarge, endStream);
    },
  });

  return {
    get count() {
      return open.size;
    },
    get exhausted() {
      return next > largestWindow;
    },
    open(outgoing, listener, tunnel) {
      const fields = requestToSend(outgoing, place, tunnel);
      if (fields === null) return null;
      const id = next;
      next += 2;
      const stream = new TargetStream(id, outgoing, tunnel, listener, around);
      open.set(id, stream);
      writer.headers(id, fields, stream.out === null);
      return stream;
    },
    goaway(last) {
      for (const [id, stream] of [...open]) if (id > last) stream.unserved();
    },
    lost(cause, untouched) {
      for (const stream of [...open.values()]) stream.lost(cause, untouched ? 'stale' : 'maybe');
    },
    get inBlock() {
      return blocks.inBlock;
    },
    headers(flags, id, bytes, start, end) {
      ours(id);
      blocks.headers(flags, id, bytes, start, end);
    },
    continuation: blocks.continuation,
    data(flags, id, piece, size) {
      const stream = open.get(id);
      if (stream !== undefined) {
        stream.data(piece, size, (flags & flag.endStream) !== 0);
        return;
      }
      ours(id);
      late(id);
    },
    reset(id, why) {
      ours(id);
      open.get(id)?.reset(why);
    },
    credit(id, bytes) {
      ours(id);
      open.get(id)?.credit(bytes);
    },
    fault(id, why, reason) {
      const stream = open.get(id);
      if (stream !== undefined) stream.fault(why);
      else if (id >= next || ended.of(id) !== 'cut') throw new ConnectionError(why, reason);
    },
  };
}
