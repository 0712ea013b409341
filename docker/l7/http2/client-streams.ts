//  HEADERS CONTINUATION DATA RST_STREAM WINDOW_UPDATE --> [which stream, and may it] --> client stream
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Http2Settings } from '../../protocol/l7/http2.ts';
import type { Incoming } from '../front.ts';
import type { Problem } from '../http1/problem.ts';
import type { Peer } from '../policies/policy.ts';
import { ClientStream } from './client-stream.ts';
import type { ClientStreamDeps } from './client-stream.ts';
import { code, firstTableBytes, flag, frameType, largestWindow } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import { createEndedStreams } from './ended-streams.ts';
import { fieldsToSend } from './fields-to-send.ts';
import type { FloodGuard } from './flood-guard.ts';
import type { FrameWriter } from './frame-writer.ts';
import { createHeaderBlocks } from './header-blocks.ts';
import type { Outlet } from './outlet.ts';
import { createRequestDecoder } from './request-field.ts';
import type { RequestField } from './request-field.ts';
import { parseRequest, parseTrailers } from './request-head.ts';
import type { Refused } from './request-head.ts';
import type { Streams } from './session-frames.ts';

export interface ClientStreams extends Streams {
  readonly count: number;
  /** The highest that was looked at. */
  readonly last: number;
  /** No new one from now on: those are somebody else's to serve. */
  noMore(): void;
  abort(): void;
}

export interface ClientStreamsDeps {
  readonly peer: Peer;
  readonly http: HttpSettings;
  readonly http2: Http2Settings;
  readonly writer: FrameWriter;
  readonly outlet: Outlet;
  readonly guard: FloodGuard;
  serve(incoming: Incoming): void;
  refused(problem: Problem, peer: Peer): void;
  /** The first of them, the last of them. */
  busy(): void;
  idle(): void;
  /** As many as the connection may have. */
  enough(): void;
}

export function createClientStreams(deps: ClientStreamsDeps): ClientStreams {
  const { http, http2, writer, guard, peer } = deps;
  const open = new Map<number, ClientStream>();
  const ended = createEndedStreams();
  let last = 0;
  let served = 0;
  let lastServed = largestWindow;

  const shared: ClientStreamDeps = {
    peer,
    http,
    writer,
    outlet: deps.outlet,
    closed(id, ending) {
      open.delete(id);
      ended.note(id, ending);
      if (open.size === 0) deps.idle();
    },
  };

  const calm = () => {
    if (!guard.reset()) throw new ConnectionError(code.enhanceYourCalm, 'too many streams for nothing');
  };

  const cut = (id: number, why: number) => {
    writer.words(frameType.rstStream, 0, id, why);
    ended.note(id, 'cut');
  };

  /** Where a server may answer what it must reset, it says why (RFC 9113 section 8.1.1). */
  const refuse = (id: number, problem: Refused, hasBody: boolean) => {
    deps.refused({ status: problem.status, reason: problem.reason }, peer);
    writer.headers(id, fieldsToSend(problem.status, []) ?? [], true);
    if (problem.malformed) {
      cut(id, code.protocolError);
      calm();
    } else if (hasBody) cut(id, code.noError);
    else ended.note(id, 'whole');
  };

  const begin = (id: number, hasBody: boolean, all: readonly RequestField[], tooLarge: string) => {
    last = id;
    if (id > lastServed) {
      ended.note(id, 'cut');
      return;
    }
    if (open.size >= http2.streams) {
      cut(id, code.refusedStream);
      calm();
      return;
    }
    served += 1;
    const request =
      tooLarge === ''
        ? parseRequest(all, peer.tls !== null, http)
        : { status: 431 as const, reason: tooLarge, malformed: false };
    if ('malformed' in request) refuse(id, request, hasBody);
    else if (request.length !== null && request.length > 0 && !hasBody)
      refuse(id, { status: 400, reason: 'BadContentLength: no body', malformed: true }, false);
    else if (http.bodyBytes > 0 && (request.length ?? 0) > http.bodyBytes)
      refuse(id, { status: 413, reason: 'the body is too large', malformed: false }, hasBody);
    else {
      const stream = new ClientStream(id, request, hasBody, shared);
      open.set(id, stream);
      if (open.size === 1) deps.busy();
      deps.serve(stream);
    }
    if (http.requestsPerConnection > 0 && served >= http.requestsPerConnection) deps.enough();
  };

  const blocks = createHeaderBlocks<RequestField>({
    decoder: createRequestDecoder(firstTableBytes),
    limits: http,
    complete(id, endStream, fields, tooLarge) {
      guard.useful();
      const stream = open.get(id);
      if (stream !== undefined) stream.lastFields(tooLarge === '' ? parseTrailers(fields) : null, endStream);
      else if (id > last) begin(id, !endStream, fields, tooLarge);
      else late(id);
    },
  });

  /** A header block on a stream that is over. */
  const late = (id: number) => {
    const ending = ended.of(id);
    if (ending === 'cut') return;
    if (ending === 'whole') throw new ConnectionError(code.streamClosed, `stream ${id} is over`);
    if (ending === null) throw new ConnectionError(code.protocolError, `stream ${id} is older than the last`);
    cut(id, code.streamClosed);
    calm();
  };

  const notIdle = (id: number) => {
    if (id > last) throw new ConnectionError(code.protocolError, `stream ${id} was never opened`);
  };

  return {
    get count() {
      return open.size;
    },
    get last() {
      return last;
    },
    get inBlock() {
      return blocks.inBlock;
    },
    headers(flags, id, bytes, start, end) {
      if (id % 2 === 0) throw new ConnectionError(code.protocolError, "a stream that is not a client's");
      blocks.headers(flags, id, bytes, start, end);
    },
    continuation: blocks.continuation,
    data(flags, id, piece, size) {
      const over = (flags & flag.endStream) !== 0;
      const stream = open.get(id);
      if (stream !== undefined) {
        stream.data(piece, size, over);
        return;
      }
      notIdle(id);
      if (ended.of(id) === 'cut') return;
      cut(id, code.streamClosed);
      calm();
    },
    reset(id) {
      notIdle(id);
      open.get(id)?.gone();
      calm();
    },
    credit(id, bytes) {
      notIdle(id);
      open.get(id)?.credit(bytes);
    },
    fault(id, why, reason) {
      const stream = open.get(id);
      if (stream !== undefined) {
        stream.fault(why);
        calm();
      } else if (id > last || ended.of(id) !== 'cut') throw new ConnectionError(why, reason);
    },
    noMore: () => void (lastServed = last),
    abort() {
      for (const stream of [...open.values()]) stream.gone();
    },
  };
}
