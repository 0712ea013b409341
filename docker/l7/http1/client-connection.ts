//  client bytes --> [reader > parse] --Incoming--> serve        one exchange at a time; what is pipelined waits
//  client bytes <-- [body writer] <--ResponseSink-- serve
import type { Socket } from 'node:net';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import { createDeadline } from '../deadline.ts';
import type { Cause } from '../failure.ts';
import type { ClientListener, Incoming } from '../front.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field, RequestHead } from '../message.ts';
import { fieldValue, withoutFields } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import type { ResponseSink, Sink } from '../sink.ts';
import { answerWriter } from './answer-writer.ts';
import { desyncAction } from './desync.ts';
import type { Desync } from './desync.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { createReader } from './reader.ts';
import { hopelessStart, parseRequestHead } from './request-head.ts';
import type { ParsedRequest } from './request-head.ts';
import { refusal } from './refusal.ts';

export interface ClientSettings {
  readonly http: HttpSettings;
  readonly keepAliveMs: number;
}

export interface ClientConnectionDeps {
  settings(): ClientSettings;
  serve(incoming: Incoming): void;
  /** Bytes that did not become a request, and what they were answered. */
  refused(problem: Problem, peer: Peer, desync: Desync): void;
}

export interface ClientConnection {
  /** Ends once the exchange under way is done; at once when there is none. */
  close(): void;
}

/** What is left unread of a request whose answer is done: so much is swallowed for the sake of the connection. */
const swallow = 262_144;
/** How long a peer may take to hear that the connection is over. */
const lingerMs = 1000;

const nothing = (): void => undefined;

/** One HTTP/1 connection of a client. `first` is what was read of it already. */
export function serveHttp1(
  socket: Socket,
  peer: Peer,
  first: Buffer,
  deps: ClientConnectionDeps,
): ClientConnection {
  let listener: ClientListener | null = null;
  let sink: Sink | null = null;
  let bodyOver = true;
  let unfed: Buffer[] = [];
  let trailers: readonly Field[] = [];
  let serving = false;
  let closing = false;
  let lingering = false;
  let tunnel = false;
  /** The target has ended its side of the tunnel, and the client may still talk. */
  let halfClosed = false;
  let upgrading = false;
  let swallowed = 0;
  let served = 0;
  let onDrain: () => void = nothing;
  const deadline = createDeadline();

  const wait = (ms: number | null, then: () => void) => {
    if (ms === null) deadline.clear();
    else deadline.set(ms, then);
  };

  const linger = () => {
    lingering = true;
    serving = false;
    socket.end();
    // What is unread at a close turns FIN into RST, which may overtake our answer (RFC 9112 section 9.6).
    socket.resume();
    wait(lingerMs, () => socket.destroy());
  };

  const refuse = (problem: Problem, desync: Desync) => {
    closing = true;
    deps.refused(problem, peer, desync);
    socket.write(refusal(problem));
    linger();
  };

  const midRequest = (problem: Problem): Cause =>
    problem.status === 413 || problem.status === 431 ? 'too-large' : 'bad-request';

  const reader = createReader(() => deps.settings().http, {
    head(text) {
      const parsed = parseRequestHead(text, deps.settings().http);
      if (isProblem(parsed)) return parsed;
      const action = desyncAction(parsed.desync.kind, deps.settings().http.desync);
      if (action === 'block') {
        return { status: 400, reason: `${parsed.desync.kind}: ${parsed.desync.reasons.join(', ')}` };
      }
      const expectation = fieldValue(parsed.head.fields, 'expect');
      if (expectation !== null && expectation.toLowerCase() !== '100-continue') {
        return { status: 417, reason: 'an unknown expectation' };
      }
      begin(parsed, action === 'close');
      return parsed.framing;
    },
    early: (start) => hopelessStart(start, deps.settings().http),
    data(piece) {
      if (lingering) return;
      if (!serving) return;
      if (sink === null) unfed.push(piece);
      else if (sink.write(piece)) {
        deadline.refresh();
        return;
      }
      hold();
    },
    end(last) {
      bodyOver = true;
      trailers = last;
      if (serving) wait(null, slowBody);
      if (unfed.length === 0 && !upgrading) sink?.end(last);
      if (!serving && !lingering) advance();
    },
    problem(problem) {
      if (lingering) return;
      if (!serving) {
        refuse(problem, { kind: 'Severe', reasons: [problem.reason] });
        return;
      }
      closing = true;
      sink?.abort();
      listener?.failed(midRequest(problem));
    },
  });

  /** The target has enough for now, so that silence is not the client's. */
  function hold() {
    socket.pause();
    wait(null, slowBody);
  }

  const release = () => {
    socket.resume();
    if (serving && !bodyOver && !tunnel) wait(deps.settings().http.bodyTimeoutMs, slowBody);
  };

  function slowBody() {
    closing = true;
    sink?.abort();
    listener?.failed('request-timeout');
  }

  const begin = (parsed: ParsedRequest, suspect: boolean) => {
    const { requestsPerConnection } = deps.settings().http;
    served += 1;
    serving = true;
    sink = null;
    listener = null;
    unfed = [];
    swallowed = 0;
    bodyOver = parsed.framing.kind === 'none';
    closing ||=
      !parsed.keepAlive || suspect || (requestsPerConnection > 0 && served >= requestsPerConnection);
    wait(bodyOver ? null : deps.settings().http.bodyTimeoutMs, slowBody);
    deps.serve(incomingOf(parsed, suspect));
  };

  const incomingOf = (parsed: ParsedRequest, suspect: boolean): Incoming => {
    const upgrade = parsed.head.version === '1.1' ? upgradeOf(parsed) : null;
    upgrading = upgrade !== null;
    return {
      // The connection decides, not what an absolute-form target says of itself (RFC 9110 section 4.2.2).
      head: { ...endToEnd(parsed.head, parsed.framing), scheme: peer.tls === null ? 'http' : 'https' },
      peer,
      hasBody: parsed.framing.kind !== 'none' || upgrade !== null,
      upgrade,
      expectsContinue: parsed.head.version === '1.1' && fieldValue(parsed.head.fields, 'expect') !== null,
      trailers: takesTrailers(parsed.head),
      desync: parsed.desync,
      suspect,
      respond: respond(parsed),
      feed,
      watch: (next) => void (listener = next),
    };
  };

  const feed = (next: Sink) => {
    sink = next;
    next.onDrain(release);
    let room = true;
    for (const piece of unfed) room = next.write(piece);
    unfed = [];
    if (bodyOver && !upgrading) next.end(trailers);
    else if (room) release();
  };

  const respond = (parsed: ParsedRequest): ResponseSink => {
    const writer = answerWriter(socket, parsed.head, () => closing);
    return {
      informational: writer.informational,
      head(head) {
        tunnel = head.status === 101;
        if (!tunnel) upgrading = false;
        if (writer.head(head) === 'close' || tunnel) closing = true;
        if (tunnel) {
          bodyOver = false;
          reader.tunnel();
          socket.resume();
        }
      },
      write: writer.write,
      flushed: () => socket.writableLength === 0,
      end(last) {
        if (!writer.end(last)) {
          // Shorter than its Content-Length: only a cut says so.
          socket.destroy();
          return;
        }
        halfClosed = tunnel && !bodyOver;
        if (halfClosed) socket.end();
        else whenFlushed(answered);
      },
      abort() {
        writer.flush();
        if (writer.endsByClose()) socket.resetAndDestroy();
        else socket.destroySoon();
      },
      onDrain: (wake) => void (onDrain = wake),
    };
  };

  const whenFlushed = (then: () => void) => {
    if (socket.writableLength === 0) then();
    else socket.write('', then);
  };

  const answered = () => {
    if (!serving || socket.destroyed) return;
    serving = false;
    sink = null;
    // An idle connection keeps nothing of the exchange that was.
    onDrain = nothing;
    const heard = listener;
    listener = null;
    heard?.finished();
    if (closing) linger();
    else if (bodyOver) advance();
    else {
      // The rest of a request that was answered early.
      unfed = [];
      wait(deps.settings().http.bodyTimeoutMs, () => socket.destroy());
      socket.resume();
    }
  };

  const advance = () => {
    const { keepAliveMs, http } = deps.settings();
    wait(keepAliveMs, leave);
    socket.resume();
    reader.next();
    if (isMidHead()) wait(http.headTimeoutMs, slowHead);
  };

  const leave = () => socket.destroySoon();

  const isServing = () => serving;
  const isMidHead = () => !serving && bodyOver && reader.midway;

  const slowHead = () =>
    refuse({ status: 408, reason: 'the request head took too long' }, { kind: 'Severe', reasons: ['slow'] });

  const take = (bytes: Buffer) => {
    if (lingering) return;
    if (!serving && !bodyOver) {
      swallowed += bytes.length;
      if (swallowed > swallow) {
        socket.destroy();
        return;
      }
    }
    const began = isMidHead();
    reader.feed(bytes);
    if (!began && isMidHead()) wait(deps.settings().http.headTimeoutMs, slowHead);
    // Pipelined requests wait in the kernel, but for what has come already.
    if (isServing() && bodyOver && reader.held > 0) socket.pause();
  };

  const gone = () => {
    deadline.clear();
    if (!serving) return;
    serving = false;
    if (!bodyOver) sink?.abort();
    listener?.gone();
    listener = null;
  };

  socket.on('data', take);
  socket.on('drain', () => onDrain());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    gone();
    deadline.stop();
  });
  socket.on('end', () => {
    if (tunnel && serving) {
      bodyOver = true;
      sink?.end([]);
      if (halfClosed) answered();
      return;
    }
    gone();
    socket.destroySoon();
  });
  wait(deps.settings().http.headTimeoutMs, () => (reader.midway ? slowHead() : socket.destroySoon()));
  if (first.length > 0) take(first);

  return {
    close() {
      closing = true;
      if (!serving && !lingering) socket.destroySoon();
    },
  };
}

const own = ['host', 'content-length'];
const ownIn10 = [...own, 'expect'];

/** What may go on to a target: nothing for this hop, the address apart, and one framing (RFC 9112 section 6.3, rule 3). */
function endToEnd(head: RequestHead, framing: Framing): RequestHead {
  // An HTTP/1.0 client does not wait for a 100 (RFC 9110 section 10.1.1).
  const kept = withoutFields(withoutHopByHop(head.fields), head.version === '1.0' ? ownIn10 : own);
  const fields: readonly Field[] =
    framing.kind === 'length' ? [...kept, ['Content-Length', String(framing.bytes)]] : kept;
  return { ...head, fields };
}

function takesTrailers({ fields }: RequestHead): boolean {
  const said = fieldValue(fields, 'te');
  return said !== null && /\btrailers\b/i.test(said);
}

/** RFC 9110 section 7.8: Upgrade counts only where Connection names it. */
function upgradeOf({ head, framing }: ParsedRequest): string | null {
  const said = fieldValue(head.fields, 'connection');
  if (said === null) return null;
  const options = said.toLowerCase().split(',');
  if (framing.kind !== 'none' || !options.some((option) => option.trim() === 'upgrade')) return null;
  const protocol = fieldValue(head.fields, 'upgrade');
  // HTTP/2 in the clear by Upgrade is gone (RFC 9113 section 3.1), and letting it through would hide requests from us.
  return protocol === null || /\bh2c\b/i.test(protocol) ? null : protocol;
}
