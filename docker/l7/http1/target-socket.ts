//  connect --> [TLS laid over it] --> stood > take, drained, finished... > closed        failed: why it is of no more use
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Cause } from '../failure.ts';
import { readInto } from './read-into.ts';

export interface TargetSocketDeps {
  readonly address: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** In the clear: its bytes may be read into a buffer of ours. */
  readonly plain: boolean;
  /** Lays TLS over the connection; null where it goes in the clear. */
  secure(raw: Socket, ready: (facts: TlsFacts) => void): Socket | null;
}

export interface TargetSocketListener {
  /** It may be written to. */
  stood(): void;
  /** Whether nobody needs the bytes any more. */
  take(bytes: Buffer): boolean;
  drained(): void;
  /** The target says no more. */
  finished(): void;
  /** More than once: the first cause is the right one. */
  failed(cause: Cause): void;
  /** Whether or not it ever stood. */
  closed(): void;
}

/** A connection to a target, with TLS or without, from its first SYN on. */
export class TargetSocket {
  /** Below TLS: its bytes are those on the wire. */
  readonly raw: Socket;
  /** What HTTP is spoken over. */
  readonly stream: Socket;
  connected = false;
  tls: TlsFacts | null = null;
  private readonly listener: TargetSocketListener;
  private readonly timer: NodeJS.Timeout;
  /** The connection stands, and nothing is said over it before the handshake is done. */
  private shaking = false;

  constructor(deps: TargetSocketDeps, listener: TargetSocketListener) {
    const { address, port, plain } = deps;
    const onread = plain ? readInto((bytes) => listener.take(bytes)) : undefined;
    const raw = connect({
      host: address,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(onread && { onread }),
    });
    const secured = deps.secure(raw, (facts) => {
      this.tls = facts;
      this.stand();
    });
    const stream = secured ?? raw;
    this.raw = raw;
    this.stream = stream;
    this.listener = listener;
    this.timer = setTimeout(
      () => listener.failed(this.shaking ? 'tls' : 'connect-timeout'),
      deps.connectTimeoutMs,
    );
    raw.on('connect', () => {
      if (secured === null) this.stand();
      else this.shaking = true;
    });
    if (onread === undefined) stream.on('data', (bytes: Buffer) => listener.take(bytes));
    stream.on('drain', () => listener.drained());
    stream.on('end', () => listener.finished());
    stream.on('error', (error: NodeJS.ErrnoException) => listener.failed(this.causeOf(error)));
    stream.on('close', () => {
      clearTimeout(this.timer);
      listener.failed(this.connected ? 'closed-early' : this.shaking ? 'tls' : 'refused');
      listener.closed();
    });
  }

  private stand(): void {
    this.connected = true;
    clearTimeout(this.timer);
    this.listener.stood();
  }

  private causeOf({ code }: NodeJS.ErrnoException): Cause {
    if (this.connected) return 'reset';
    if (this.shaking) return 'tls';
    return code === 'ETIMEDOUT' ? 'connect-timeout' : 'refused';
  }
}
