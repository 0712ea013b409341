//  Outgoing --> [streams > writer] --> target        many requests at once on one connection
//  BackListener <-- [reader > streams] <-- target
import type { Socket } from 'node:net';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Attempt, BackListener, Outgoing } from '../back.ts';
import { Deadline } from '../deadline.ts';
import type { Cause } from '../failure.ts';
import { noBody } from '../http1/request-writer.ts';
import { streamWindow } from './client-stream.ts';
import { code, frameType, preface, setting } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import { createFloodGuard } from './flood-guard.ts';
import { createFrameReader } from './frame-reader.ts';
import { createFrameWriter } from './frame-writer.ts';
import { Outlet } from './outlet.ts';
import type { PeerSettings } from './peer-settings.ts';
import type { Place } from './request-to-send.ts';
import { createSessionFrames } from './session-frames.ts';
import { createTargetStreams } from './target-streams.ts';

export interface TargetSessionDeps {
  readonly place: Place;
  readonly tls: TlsFacts | null;
  settings(): L7Settings;
  /** The target has said what it allows. */
  greeted(): void;
  /** A stream has ended, or the target allows more of them, or the session takes no more at all. */
  changed(): void;
  /** Why the connection will close, where the target is to blame. */
  broken(cause: Cause): void;
}

export interface TargetSession {
  readonly greeted: boolean;
  /** It takes no more requests, and closes with the last that it has. */
  readonly leaving: boolean;
  /** Another stream may be opened now. */
  readonly room: boolean;
  readonly streams: number;
  send(outgoing: Outgoing, listener: BackListener): Attempt;
  /** No more requests. */
  close(): void;
  /** Now. */
  end(): void;
  /** The connection is closed. */
  gone(cause: Cause): void;
}

/** Large, since each stream is bounded by a window of its own; a slow one must not stop the others. */
const connectionWindow = 2 ** 24;
/** What a target does not read: beyond it others wait elsewhere, and of our answers to it nobody needs twice as much. */
const mostUnread = 1_048_576;
/** How long a target may take to hear that the connection is over. */
const lingerMs = 1000;
const question = Buffer.from('alive??\n', 'latin1');

/** An HTTP/2 connection to a target (RFC 9113), once its bytes flow. */
export function openTargetSession(socket: Socket, deps: TargetSessionDeps): TargetSession {
  const { http, http2, connectTimeoutMs } = deps.settings();
  const idle = new Deadline();
  /** For a header block, and for the answer to a PING. */
  const slow = new Deadline();
  const silent = new Deadline();
  let greeted = false;
  let leaving = false;
  let over = false;
  let most = Infinity;
  let connectProtocol = false;
  let used = 0;
  // Reads so far, and how many there were when it was last given a request while it had none.
  let heard = 0;
  let heardAtRest = -1;

  const writer = createFrameWriter(socket, {
    onRoom() {
      outlet.resume();
      deps.changed();
    },
  });
  const outlet = new Outlet({ writer });
  const guard = createFloodGuard(http2);

  const streams = createTargetStreams({
    place: deps.place,
    http,
    writer,
    outlet,
    guard,
    ended() {
      if (streams.count === 0) rest();
      deps.changed();
    },
    doubted,
  });

  const goaway = (why: number, reason = '') => {
    const said = Buffer.alloc(8 + reason.length);
    // Of the streams that it opened, which are none.
    said.writeUInt32BE(why, 4);
    said.write(reason, 8, 'latin1');
    writer.bytes(frameType.goaway, 0, 0, said, 0, said.length);
  };

  function rest(): void {
    if (over) return;
    if (leaving) finish(code.noError);
    else idle.set(deps.settings().pool.idleMs, close);
  }

  function close(): void {
    leaving = true;
    if (streams.count === 0) finish(code.noError);
  }

  function finish(why: number, reason?: string): void {
    if (over) return;
    over = leaving = true;
    goaway(why, reason);
    reader.stop();
    writer.flush();
    socket.end();
    // What is unread at a close turns FIN into RST, which may overtake our last words.
    idle.set(lingerMs, () => socket.destroy());
  }

  function fail({ code: why, message }: ConnectionError): void {
    if (over) return;
    deps.broken('bad-response');
    finish(why, message);
    streams.lost('bad-response', false);
  }

  /** A request was given up without a word of its answer: is anybody there? The next ones must not find out one by one. */
  function doubted(): void {
    if (over) return;
    writer.bytes(frameType.ping, 0, 0, question, 0, question.length);
    silent.set(connectTimeoutMs, () => socket.destroy());
  }

  const settled = ({ streams: allowed, connectProtocol: connect }: PeerSettings) => {
    if (allowed !== undefined) most = allowed;
    if (connect !== undefined) connectProtocol = connect;
    if (greeted) deps.changed();
  };

  const reader = createFrameReader(
    false,
    createSessionFrames({
      peer: 'target',
      writer,
      outlet,
      guard,
      streams,
      window: connectionWindow,
      settings: settled,
      greeted() {
        greeted = true;
        rest();
        deps.greeted();
      },
      blockBegins: () => slow.set(http.headTimeoutMs, slowHead),
      blockEnds: () => slow.clear(),
      pong: () => undefined,
      goaway(last) {
        leaving = true;
        streams.goaway(last);
        if (streams.count === 0) finish(code.noError);
        else deps.changed();
      },
    }),
  );

  const slowHead = () => fail(new ConnectionError(code.enhanceYourCalm, 'a header block took too long'));

  const take = (bytes: Buffer) => {
    if (over) return;
    heard += 1;
    silent.clear();
    try {
      reader.feed(bytes);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      fail(error);
    }
    if (writer.unread > mostUnread * 2) socket.destroy();
  };

  socket.on('data', take);
  socket.on('end', () => socket.destroy());

  const said: readonly (readonly [number, number])[] = [
    [setting.enablePush, 0],
    [setting.initialWindowSize, streamWindow],
    [setting.maxHeaderListSize, http.answerHeadBytes],
  ];
  const settings = Buffer.alloc(said.length * 6);
  said.forEach(([name, value], at) => settings.writeUInt32BE(value, settings.writeUInt16BE(name, at * 6)));
  socket.write(preface, 'latin1');
  writer.bytes(frameType.settings, 0, 0, settings, 0, settings.length);
  socket.resume();

  return {
    get greeted() {
      return greeted;
    },
    get leaving() {
      return leaving;
    },
    get room() {
      return greeted && !leaving && streams.count < most && writer.unread < mostUnread;
    },
    get streams() {
      return streams.count;
    },
    send(outgoing, listener) {
      const { requestsPerConnection } = deps.settings().pool;
      if (streams.count === 0) {
        idle.clear();
        heardAtRest = used > 0 ? heard : -1;
      }
      const tunnel = connectProtocol && outgoing.upgrade?.toLowerCase() === 'websocket';
      const stream = streams.open(outgoing, listener, tunnel);
      if (stream === null) {
        // A head that cannot be written is a policy's mistake, and not to be told while the caller is still asking.
        queueMicrotask(() => listener.failed('bad-request', 'unsent'));
        return { resume: () => undefined, cancel: () => undefined };
      }
      used += 1;
      if (streams.exhausted || (requestsPerConnection > 0 && used >= requestsPerConnection)) leaving = true;
      listener.connected(stream.out?.sink ?? noBody, deps.tls);
      return stream;
    },
    close,
    end: () => finish(code.noError),
    gone(cause) {
      over = leaving = true;
      reader.stop();
      for (const deadline of [idle, slow, silent]) deadline.stop();
      streams.lost(cause, heardAtRest === heard);
      outlet.close();
      writer.drop();
    },
  };
}
