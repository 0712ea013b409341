//  client bytes --> [reader > parse] --turn--> serve        one exchange at a time; what is pipelined waits
//  client bytes <-- [answer] <--ResponseSink-- serve
import type { Socket } from 'node:net';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import { Deadline } from '../deadline.ts';
import type { Cause } from '../failure.ts';
import type { Incoming } from '../front.ts';
import type { Field } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import { admission } from './admission.ts';
import type { Admitted } from './admission.ts';
import type { Desync } from './desync.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { Reader } from './reader.ts';
import type { ReaderEvents } from './reader.ts';
import { refusal } from './refusal.ts';
import { hopelessStart } from './request-head.ts';
import { Turn } from './turn.ts';
import type { Connection } from './turn.ts';

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

/** One HTTP/1 connection of a client. `first` is what was read of it already. */
export function serveHttp1(
  socket: Socket,
  peer: Peer,
  first: Buffer,
  deps: ClientConnectionDeps,
): ClientConnection {
  const connection = new Http1Connection(socket, peer, deps);
  connection.start(first);
  return connection;
}

/** Methods and not closures: ten thousand of them may stand idle. */
class Http1Connection implements ClientConnection, Connection, ReaderEvents {
  readonly socket: Socket;
  readonly peer: Peer;
  closing = false;
  bodyOver = true;
  private readonly deps: ClientConnectionDeps;
  private readonly reader = new Reader(this);
  private readonly deadline = new Deadline();
  /** The request under way. */
  private turn: Turn | null = null;
  private lingering = false;
  private tunnel = false;
  /** The target has ended its side of the tunnel, and the client may still talk. */
  private halfClosed = false;
  private swallowed = 0;
  private served = 0;

  constructor(socket: Socket, peer: Peer, deps: ClientConnectionDeps) {
    this.socket = socket;
    this.peer = peer;
    this.deps = deps;
  }

  start(first: Buffer): void {
    const { socket } = this;
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('drain', () => this.turn?.wake());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.gone();
      this.deadline.stop();
    });
    socket.on('end', () => this.ended());
    this.deadline.set(this.http.headTimeoutMs, () =>
      this.reader.midway ? this.slowHead() : socket.destroySoon(),
    );
    if (first.length > 0) this.take(first);
  }

  close(): void {
    this.closing = true;
    if (this.turn === null && !this.lingering) this.socket.destroySoon();
  }

  limits(): HttpSettings {
    return this.http;
  }

  head(text: string): Framing | Problem {
    const admitted = admission(text, this.http);
    if (isProblem(admitted)) return admitted;
    this.begin(admitted);
    return admitted.parsed.framing;
  }

  early(start: Buffer): Problem | null {
    return hopelessStart(start, this.http);
  }

  data(piece: Buffer): void {
    if (this.lingering || this.turn === null) return;
    if (this.turn.take(piece)) this.deadline.refresh();
    else {
      // The target has enough for now, so that silence is not the client's.
      this.socket.pause();
      this.deadline.clear();
    }
  }

  end(trailers: readonly Field[]): void {
    this.bodyOver = true;
    if (this.turn !== null) {
      this.deadline.clear();
      this.turn.bodyEnded(trailers);
    } else if (!this.lingering) this.advance();
  }

  problem(problem: Problem): void {
    if (this.lingering) return;
    if (this.turn === null) {
      this.refuse(problem, { kind: 'Severe', reasons: [problem.reason] });
      return;
    }
    this.closing = true;
    this.turn.failed(midRequest(problem));
  }

  release(): void {
    this.socket.resume();
    if (this.turn !== null && !this.bodyOver && !this.tunnel) this.awaitBody();
  }

  becomeTunnel(): void {
    this.tunnel = true;
    this.bodyOver = false;
    this.reader.tunnel();
    this.socket.resume();
  }

  targetEnded(turn: Turn): void {
    this.halfClosed = this.tunnel && !this.bodyOver;
    if (this.halfClosed) this.socket.end();
    else if (this.socket.writableLength === 0) this.answered(turn);
    else this.socket.write('', () => this.answered(turn));
  }

  private answered(turn: Turn): void {
    if (this.turn !== turn || this.socket.destroyed) return;
    // An idle connection keeps nothing of the exchange that was.
    this.turn = null;
    turn.finished();
    if (this.closing) this.linger();
    else if (this.bodyOver) this.advance();
    else {
      // The rest of a request that was answered early.
      this.deadline.set(this.http.bodyTimeoutMs, () => this.socket.destroy());
      this.socket.resume();
    }
  }

  private get http(): HttpSettings {
    return this.deps.settings().http;
  }

  private begin({ parsed, suspect }: Admitted): void {
    const { requestsPerConnection } = this.http;
    this.served += 1;
    this.swallowed = 0;
    this.bodyOver = parsed.framing.kind === 'none';
    this.closing ||=
      !parsed.keepAlive || suspect || (requestsPerConnection > 0 && this.served >= requestsPerConnection);
    if (this.bodyOver) this.deadline.clear();
    else this.awaitBody();
    this.turn = new Turn(this, parsed, suspect);
    this.deps.serve(this.turn);
  }

  private awaitBody(): void {
    this.deadline.set(this.http.bodyTimeoutMs, () => this.slowBody());
  }

  private slowBody(): void {
    this.closing = true;
    this.turn?.failed('request-timeout');
  }

  private advance(): void {
    const { keepAliveMs, http } = this.deps.settings();
    this.deadline.set(keepAliveMs, () => this.socket.destroySoon());
    this.socket.resume();
    this.reader.next();
    if (this.isMidHead()) this.deadline.set(http.headTimeoutMs, () => this.slowHead());
  }

  private isMidHead(): boolean {
    return this.turn === null && this.bodyOver && this.reader.midway;
  }

  private slowHead(): void {
    this.refuse(
      { status: 408, reason: 'the request head took too long' },
      { kind: 'Severe', reasons: ['slow'] },
    );
  }

  private take(bytes: Buffer): void {
    if (this.lingering) return;
    if (this.turn === null && !this.bodyOver) {
      this.swallowed += bytes.length;
      if (this.swallowed > swallow) {
        this.socket.destroy();
        return;
      }
    }
    const began = this.isMidHead();
    this.reader.feed(bytes);
    if (!began && this.isMidHead()) this.deadline.set(this.http.headTimeoutMs, () => this.slowHead());
    // Pipelined requests wait in the kernel, but for what has come already.
    if (this.reader.holds && this.turn !== null && this.bodyOver) this.socket.pause();
  }

  private refuse(problem: Problem, desync: Desync): void {
    this.closing = true;
    this.deps.refused(problem, this.peer, desync);
    this.socket.write(refusal(problem));
    this.linger();
  }

  private linger(): void {
    const { socket } = this;
    this.lingering = true;
    this.turn = null;
    socket.end();
    // What is unread at a close turns FIN into RST, which may overtake our answer (RFC 9112 section 9.6).
    socket.resume();
    this.deadline.set(lingerMs, () => socket.destroy());
  }

  private ended(): void {
    const { turn } = this;
    if (this.tunnel && turn !== null) {
      this.bodyOver = true;
      turn.tunnelEnded();
      if (this.halfClosed) this.answered(turn);
      return;
    }
    this.gone();
    this.socket.destroySoon();
  }

  private gone(): void {
    this.deadline.clear();
    const { turn } = this;
    if (turn === null) return;
    this.turn = null;
    if (!this.bodyOver) turn.abortBody();
    turn.gone();
  }
}

function midRequest({ status }: Problem): Cause {
  return status === 413 || status === 431 ? 'too-large' : 'bad-request';
}
