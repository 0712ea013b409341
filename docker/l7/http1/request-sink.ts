import type { Socket } from 'node:net';
import type { Field } from '../message.ts';
import type { Sink } from '../sink.ts';
import type { BodyWriter } from './body-writer.ts';
import type { TargetConnection } from './target-connection.ts';

/** Where the body of one request goes, for as long as the connection is its own. */
export class RequestSink implements Sink {
  private readonly connection: TargetConnection;
  private readonly socket: Socket;
  private readonly writer: BodyWriter;
  private drained: (() => void) | null = null;

  constructor(connection: TargetConnection, socket: Socket, writer: BodyWriter) {
    this.connection = connection;
    this.socket = socket;
    this.writer = writer;
  }

  write(piece: Buffer): boolean {
    const { connection } = this;
    if (!connection.isFor(this)) return true;
    return connection.isTunnel() ? this.socket.write(piece) : this.writer.write(piece);
  }

  end(trailers: readonly Field[]): void {
    const { connection } = this;
    if (connection.isFor(this)) connection.requestEnded(connection.isTunnel() || this.writer.end(trailers));
  }

  abort(): void {
    if (this.connection.isFor(this)) this.connection.requestAborted();
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  wake(): void {
    this.drained?.();
  }
}
