//  client frames --> [reader > streams] --Incoming--> serve        streams side by side on one connection
//  client frames <-- [writer] <--ResponseSink-- serve
import type { Socket } from 'node:net';
import type { L7Settings } from '../../protocol/balancer.ts';
import { Deadline } from '../deadline.ts';
import type { Incoming } from '../front.ts';
import type { ClientConnection } from '../http1/client-connection.ts';
import type { Problem } from '../http1/problem.ts';
import type { Peer } from '../policies/policy.ts';
import { streamWindow } from './client-stream.ts';
import { createClientStreams } from './client-streams.ts';
import { code, frameType, largestWindow, setting } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import { createFloodGuard } from './flood-guard.ts';
import { createFrameReader } from './frame-reader.ts';
import { createFrameWriter } from './frame-writer.ts';
import { Outlet } from './outlet.ts';
import { createSessionFrames } from './session-frames.ts';

export interface Http2FrontDeps {
  settings(): L7Settings;
  serve(incoming: Incoming): void;
  /** A stream that did not become a request, and what it was answered. */
  refused(problem: Problem, peer: Peer): void;
}

/** Large, since each stream is bounded by a window of its own; a slow one must not stop the others. */
const connectionWindow = 2 ** 24;
/** For a client that answers no PING. */
const patienceMs = 1000;
/** How long a peer may take to hear that the connection is over. */
const lingerMs = 1000;
/** What we say and a client does not read: answers wait for it elsewhere, and of the rest nobody needs so much. */
const mostUnread = 1_048_576;
const goodbye = Buffer.from('leaving!', 'latin1');

/** One HTTP/2 connection of a client (RFC 9113). `first` is what was read of it already. */
export function serveHttp2(
  socket: Socket,
  peer: Peer,
  first: Buffer,
  deps: Http2FrontDeps,
): ClientConnection {
  const { http, http2, keepAliveMs } = deps.settings();
  const deadline = new Deadline();
  let leaving = false;
  let last = false;
  let over = false;

  const writer = createFrameWriter(socket, { onRoom: () => outlet.resume() });
  const outlet = new Outlet({
    writer,
    stall: {
      ms: () => http.bodyTimeoutMs,
      then: () => fail(new ConnectionError(code.enhanceYourCalm, 'no window was opened for too long')),
    },
  });
  const guard = createFloodGuard(http2);

  const rest = () => {
    if (last) finish();
    else deadline.set(keepAliveMs, leave);
  };

  const streams = createClientStreams({
    peer,
    http,
    http2,
    writer,
    outlet,
    guard,
    serve: deps.serve,
    refused: deps.refused,
    busy: () => deadline.clear(),
    idle: rest,
    enough: sayLast,
  });

  const goaway = (upTo: number, why: number, reason = '') => {
    const said = Buffer.alloc(8 + reason.length);
    said.writeUInt32BE(upTo, 0);
    said.writeUInt32BE(why, 4);
    said.write(reason, 8, 'latin1');
    writer.bytes(frameType.goaway, 0, 0, said, 0, said.length);
  };

  /** What was opened already is served; nothing above it will be. */
  function sayLast(): void {
    if (last || over) return;
    leaving = last = true;
    streams.noMore();
    goaway(streams.last, code.noError);
    if (streams.count === 0) finish();
  }

  /**
   * In two steps (RFC 9113 section 6.8): a warning first, so that what is on its way already is still served, and the last
   * stream once the client must have seen it, which its answer to a PING says.
   */
  function leave(): void {
    if (leaving || over) return;
    leaving = true;
    goaway(largestWindow, code.noError);
    writer.bytes(frameType.ping, 0, 0, goodbye, 0, goodbye.length);
    deadline.set(patienceMs, sayLast);
  }

  /** Nothing is under way: what is said is written, and the client is given time to read it. */
  function finish(): void {
    if (over) return;
    over = true;
    reader.stop();
    writer.flush();
    socket.end();
    // What is unread at a close turns FIN into RST, which may overtake our last words.
    deadline.set(lingerMs, () => socket.destroy());
  }

  function fail({ code: why, message }: ConnectionError): void {
    if (over) return;
    goaway(streams.last, why, message);
    finish();
    streams.abort();
  }

  const reader = createFrameReader(
    true,
    createSessionFrames({
      peer: 'client',
      writer,
      outlet,
      guard,
      streams,
      window: connectionWindow,
      greeted: rest,
      blockBegins: () => deadline.set(http.headTimeoutMs, slowHead),
      blockEnds: () => (streams.count > 0 ? deadline.clear() : rest()),
      // Its own PING was ours: it has seen the warning that went before.
      pong: (said) => (leaving && said.equals(goodbye) ? sayLast() : undefined),
      goaway: () => (streams.count === 0 ? finish() : (leaving = last = true)),
    }),
  );

  const slowHead = () => fail(new ConnectionError(code.enhanceYourCalm, 'a header block took too long'));

  const take = (bytes: Buffer) => {
    if (over) return;
    try {
      reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      fail(error);
    }
    if (writer.unread > mostUnread) socket.destroy();
  };

  const gone = () => {
    over = true;
    reader.stop();
    deadline.stop();
    streams.abort();
    outlet.close();
    writer.drop();
  };

  socket.on('data', take);
  socket.on('error', () => socket.destroy());
  socket.on('close', gone);
  socket.on('end', () => {
    // Half a connection is none: whoever has said all has no way to say what it does with the answers.
    gone();
    socket.destroySoon();
  });

  const said: readonly (readonly [number, number])[] = [
    [setting.maxConcurrentStreams, http2.streams],
    [setting.initialWindowSize, streamWindow],
    [setting.maxHeaderListSize, http.headBytes],
    // WebSocket in a stream (RFC 8441).
    [setting.enableConnectProtocol, 1],
  ];
  const settings = Buffer.alloc(said.length * 6);
  said.forEach(([name, value], at) => settings.writeUInt32BE(value, settings.writeUInt16BE(name, at * 6)));
  writer.bytes(frameType.settings, 0, 0, settings, 0, settings.length);
  deadline.set(http.headTimeoutMs, () => socket.destroySoon());
  if (first.length > 0) take(first);
  socket.resume();

  return { close: leave };
}
