import type * as net from 'node:net';
import type { ClientSettings } from '../protocol/client.ts';
import { createAlarm } from './alarm.ts';
import type { Alarm } from './alarm.ts';
import { dial } from './dial.ts';
import type { Dial } from './dial.ts';
import { failed } from './exchange.ts';
import type { Ending, Wire } from './exchange.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import { brokenFailure, closedFailure } from './failure.ts';
import type { Failure, Progress } from './failure.ts';

/** Reads one answer, whatever the protocol. */
export interface AnswerReader {
  /** True once the answer is whole, or is none. */
  feed(bytes: Buffer): boolean;
  /** The peer closed in order; true if that completes the answer. */
  end(): boolean;
  readonly progress: Progress;
  /** What was read, once it is whole; or why it is no answer. */
  answer(): Answer | { readonly problem: string };
}

export interface Answer {
  readonly status: string;
  readonly ok: boolean;
  readonly server: string | null;
  /** The connection may carry another exchange. */
  readonly reusable: boolean;
  /** How long the server keeps an idle connection. */
  readonly idleMs: number;
  readonly setCookies?: readonly string[];
}

export interface Exchange {
  /** In Latin-1. */
  readonly head: string;
  readonly body: Buffer | null;
  readonly reader: AnswerReader;
  readonly limits: Pick<ClientSettings, 'connectTimeoutMs' | 'firstByteTimeoutMs' | 'totalTimeoutMs'>;
  done(ending: Ending): void;
}

export interface ConnectionOptions {
  readonly address: string;
  readonly port: number;
  readonly source: string | undefined;
  readonly tcpKeepAliveMs: number;
  /** Null: in the clear. */
  readonly secure: Dial['secure'];
  /** The last exchange is over and the connection may carry another; false: close it. */
  readonly keep: (connection: Connection) => boolean;
  /** The connection is over, whoever ended it: nothing may hold on to it. */
  readonly lost: (connection: Connection) => void;
}

export interface Connection {
  /** In the order in which they were opened. */
  readonly number: number;
  /** The local end; empty before the handshake. */
  readonly name: string;
  /** Whether the server has had it idle so long that it may be closing it at this moment. */
  readonly stale: boolean;
  exchange(exchange: Exchange): void;
  /** At once; a request in flight ends nowhere. */
  destroy(): void;
}

let opened = 0;

/**
 * request --write--> socket --bytes--> AnswerReader --> Ending        one exchange at a time
 *
 * Each way to fail is told apart: before the handshake by errno, afterwards by how much of the answer had come and
 * whether the peer closed (FIN) or broke (RST).
 */
export function openConnection(options: ConnectionOptions, wire: Wire): Connection {
  let name = '';
  let connected = false;
  let tls: TlsFacts | null = null;
  let current: Exchange | null = null;
  let alarm: Alarm | null = null;
  let staleAt = Infinity;

  const write = (exchange: Exchange) => {
    const { head, body } = exchange;
    // Under TLS the socket below counts what is on the wire.
    if (tls === null) wire.sent += head.length + (body?.length ?? 0);
    if (body === null) {
      socket.write(head, 'latin1');
    } else {
      // One writev(2) for both.
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
    alarm?.phase('first-byte-timeout', exchange.limits.firstByteTimeoutMs);
  };

  const finish = (ending: Ending, reuse: boolean) => {
    const exchange = current;
    if (exchange === null) return;
    current = null;
    alarm?.clear();
    alarm = null;
    if (!reuse || socket.writableLength > 0 || !options.keep(connection)) {
      socket.destroy();
      options.lost(connection);
    }
    exchange.done(tls === null ? ending : { ...ending, tls });
  };

  const fail = ({ kind, detail }: Failure) => finish(failed(kind, detail, name), false);

  const answer = (reader: AnswerReader) => {
    const read = reader.answer();
    if ('problem' in read) {
      fail({ kind: 'bad-response', detail: read.problem });
      return;
    }
    const { status, ok, server, reusable, idleMs, setCookies = [] } = read;
    // A second's grace, as the server's clock runs from when it wrote and ours from when we read.
    staleAt = performance.now() + idleMs - 1000;
    finish({ status, failure: null, ok, server, connection: name, detail: '', setCookies }, reusable);
  };

  const socket: net.Socket = dial(
    {
      address: options.address,
      port: options.port,
      source: options.source,
      tcpKeepAliveMs: options.tcpKeepAliveMs,
      secure: options.secure,
      onHandshake: () => alarm?.phase('tls-timeout', current?.limits.connectTimeoutMs ?? 0),
      onConnect(localEnd, facts) {
        name = localEnd;
        tls = facts;
        connected = true;
        if (current !== null) write(current);
      },
      onBytes(bytes) {
        if (current === null) {
          // An answer nobody asked for (a 408 as a goodbye): the next one could not be told from it.
          drop();
          return;
        }
        const { reader } = current;
        const first = reader.progress === 'nothing';
        if (reader.feed(bytes)) answer(reader);
        else if (first) alarm?.rest();
      },
      onFail: fail,
      onLost(error) {
        if (current === null) drop();
        else if (error !== null) fail(brokenFailure(error, current.reader.progress));
        else if (current.reader.end()) answer(current.reader);
        else fail(closedFailure(current.reader.progress));
      },
    },
    wire,
  );

  const drop = () => {
    socket.destroy();
    options.lost(connection);
  };

  opened += 1;
  const connection: Connection = {
    number: opened,
    get name() {
      return name;
    },
    get stale() {
      return performance.now() > staleAt;
    },
    exchange(exchange) {
      current = exchange;
      alarm = createAlarm(exchange.limits.totalTimeoutMs, (kind, afterMs) =>
        fail({ kind, detail: `nothing more within ${Math.round(afterMs)} ms` }),
      );
      if (connected) write(exchange);
      else alarm.phase('connect-timeout', exchange.limits.connectTimeoutMs);
    },
    destroy() {
      alarm?.clear();
      socket.destroy();
    },
  };
  return connection;
}
