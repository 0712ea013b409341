//  head, body --Incoming--> exchange --ResponseSink--> answer        one request of a connection, while it is its turn
import type { Socket } from 'node:net';
import type { Cause } from '../failure.ts';
import type { ClientListener, Incoming } from '../front.ts';
import type { Field, RequestHead, ResponseHead } from '../message.ts';
import { fieldValue } from '../message.ts';
import type { Peer } from '../policies/policy.ts';
import type { ResponseSink, Sink } from '../sink.ts';
import { AnswerWriter } from './answer-writer.ts';
import type { Desync } from './desync.ts';
import { endToEnd, takesTrailers, upgradeOf } from './end-to-end.ts';
import type { ParsedRequest } from './request-head.ts';

/** What a turn needs of its connection. */
export interface Connection {
  readonly socket: Socket;
  readonly peer: Peer;
  /** No other request comes after the one under way. */
  closing: boolean;
  /** The target has room again. */
  release(): void;
  /** The connection carries anything both ways from now on. */
  becomeTunnel(): void;
  /** All of the request has come. */
  readonly bodyOver: boolean;
  /** The last byte of the answer is written, if not yet the kernel's. */
  targetEnded(turn: Turn): void;
}

export class Turn implements Incoming {
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly hasBody: boolean;
  readonly upgrade: string | null;
  readonly expectsContinue: boolean;
  readonly trailers: boolean;
  readonly desync: Desync;
  readonly suspect: boolean;
  readonly respond: Respond;
  private readonly connection: Connection;
  private listener: ClientListener | null = null;
  private sink: Sink | null = null;
  private unfed: Buffer[] | null = null;
  private last: readonly Field[] = [];
  /** Its end is the answer's to decide: a tunnel, or an ordinary request after all. */
  private upgrading: boolean;

  constructor(connection: Connection, parsed: ParsedRequest, suspect: boolean) {
    const { head, framing, desync } = parsed;
    const { peer } = connection;
    this.connection = connection;
    this.upgrade = head.version === '1.1' ? upgradeOf(parsed) : null;
    this.upgrading = this.upgrade !== null;
    // The connection decides, not what an absolute-form target says of itself (RFC 9110 section 4.2.2).
    this.head = endToEnd(head, framing, peer.tls === null ? 'http' : 'https');
    this.peer = peer;
    this.hasBody = framing.kind !== 'none' || this.upgrading;
    this.expectsContinue = head.version === '1.1' && fieldValue(head.fields, 'expect') !== null;
    this.trailers = takesTrailers(head);
    this.desync = desync;
    this.suspect = suspect;
    this.respond = new Respond(connection, this);
  }

  watch(listener: ClientListener): void {
    this.listener = listener;
  }

  feed(next: Sink): void {
    this.sink = next;
    next.onDrain(() => this.connection.release());
    let room = true;
    for (const piece of this.unfed ?? []) room = next.write(piece);
    this.unfed = null;
    if (this.connection.bodyOver && !this.upgrading) next.end(this.last);
    else if (room) this.connection.release();
  }

  /** False: nobody takes it now. */
  take(piece: Buffer): boolean {
    if (this.sink !== null) return this.sink.write(piece);
    (this.unfed ??= []).push(piece);
    return false;
  }

  bodyEnded(trailers: readonly Field[]): void {
    this.last = trailers;
    if (this.unfed === null && !this.upgrading) this.sink?.end(trailers);
  }

  switched(to: boolean): void {
    if (!to) this.upgrading = false;
  }

  tunnelEnded(): void {
    this.sink?.end([]);
  }

  abortBody(): void {
    this.sink?.abort();
  }

  failed(cause: Cause): void {
    this.abortBody();
    this.listener?.failed(cause);
  }

  gone(): void {
    this.listener?.gone();
  }

  finished(): void {
    this.listener?.finished();
  }

  wake(): void {
    this.respond.wake();
  }
}

/** Its answer on the connection. */
class Respond implements ResponseSink {
  private readonly connection: Connection;
  private readonly turn: Turn;
  private readonly writer: AnswerWriter;
  private drained: (() => void) | null = null;

  constructor(connection: Connection, turn: Turn) {
    this.connection = connection;
    this.turn = turn;
    this.writer = new AnswerWriter(connection.socket, turn.head);
  }

  informational(head: ResponseHead): void {
    this.writer.informational(head);
  }

  head(head: ResponseHead): void {
    const { connection, writer } = this;
    const tunnel = head.status === 101;
    this.turn.switched(tunnel);
    writer.head(head, connection.closing);
    if (writer.endsByClose || tunnel) connection.closing = true;
    if (tunnel) connection.becomeTunnel();
  }

  write(piece: Buffer): boolean {
    return this.writer.write(piece);
  }

  flushed(): boolean {
    return this.connection.socket.writableLength === 0;
  }

  end(trailers: readonly Field[]): void {
    // Shorter than its Content-Length: only a cut says so.
    if (!this.writer.end(trailers)) this.connection.socket.destroy();
    else this.connection.targetEnded(this.turn);
  }

  abort(): void {
    const { socket } = this.connection;
    this.writer.flush();
    if (this.writer.endsByClose) socket.resetAndDestroy();
    else socket.destroySoon();
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  wake(): void {
    this.drained?.();
  }
}
