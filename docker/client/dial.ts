import * as net from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsFacts } from '../protocol/tls.ts';
import { connectFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Wire } from './exchange.ts';
import type { SecureHooks } from './tls.ts';

export interface Dial {
  readonly address: string;
  readonly port: number;
  /** Local address; undefined: the kernel chooses. */
  readonly source: string | undefined;
  /** 0: off. */
  readonly tcpKeepAliveMs: number;
  /** Null: in the clear. */
  readonly secure: ((raw: net.Socket, hooks: SecureHooks) => TLSSocket) | null;
  /** Each read lands here and must be used up before the call returns; the buffer is shared by all connections. */
  readonly onBytes: (bytes: Buffer) => void;
  /** The connection stands, and a TLS handshake begins. */
  readonly onHandshake: () => void;
  /** Bytes can flow. `name` is the local end, `address:port`. */
  readonly onConnect: (name: string, tls: TlsFacts | null) => void;
  /** Before they could. */
  readonly onFail: (failure: Failure) => void;
  /** Afterwards: FIN from the peer (null), or an error. */
  readonly onLost: (error: NodeJS.ErrnoException | null) => void;
}

/** One for all: every read is consumed before the next begins. 64 KB is what one read(2) takes at most. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Opens a connection, counts it, and says how it began and ended; the caller owns the socket that it gets. */
export function dial(options: Dial, wire: Wire): net.Socket {
  return options.secure === null ? dialPlain(options, wire) : dialSecure(options, options.secure, wire);
}

function dialPlain(options: Dial, wire: Wire): net.Socket {
  const socket = new net.Socket({
    onread: {
      buffer: readBuffer,
      callback(count, bytes) {
        wire.received += count;
        options.onBytes((bytes as Buffer).subarray(0, count));
        return true;
      },
    },
  });
  let connected = false;
  countConnection(socket, options, wire, () => {
    connected = true;
    options.onConnect(nameOf(socket), null);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (connected) options.onLost(error);
  });
  socket.once('end', () => options.onLost(null));
  connect(socket, options);
  return socket;
}

/** Bytes are counted on the wire, below TLS, as every other hop sees them. */
function dialSecure(options: Dial, over: NonNullable<Dial['secure']>, wire: Wire): net.Socket {
  const raw = new net.Socket();
  const counted = { sent: 0, received: 0 };
  let secured = false;
  const count = () => {
    wire.sent += raw.bytesWritten - counted.sent;
    wire.received += raw.bytesRead - counted.received;
    counted.sent = raw.bytesWritten;
    counted.received = raw.bytesRead;
  };
  countConnection(raw, options, wire, options.onHandshake);
  raw.once('close', count);
  connect(raw, options);
  const socket = over(raw, {
    done(facts) {
      secured = true;
      options.onConnect(nameOf(raw), facts);
    },
    failed: options.onFail,
  });
  socket.on('data', (bytes: Buffer) => {
    count();
    options.onBytes(bytes);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (secured) options.onLost(error);
  });
  socket.once('end', () => {
    if (secured) options.onLost(null);
  });
  return socket;
}

function countConnection(socket: net.Socket, options: Dial, wire: Wire, onOpen: () => void): void {
  let connected = false;
  let overtaken = false;
  socket.once('connect', () => {
    connected = true;
    socket.setNoDelay(true);
    if (options.tcpKeepAliveMs > 0) socket.setKeepAlive(true, options.tcpKeepAliveMs);
    wire.opened += 1;
    wire.open += 1;
    onOpen();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (connected) return;
    // A RST instead of a handshake is ECONNREFUSED; ECONNRESET here is one that overtook the news of a complete one.
    overtaken = error.code === 'ECONNRESET';
    options.onFail(connectFailure(error));
  });
  socket.once('close', () => {
    if (connected) wire.open -= 1;
    else if (overtaken) wire.opened += 1;
    else wire.failed += 1;
  });
}

function connect(socket: net.Socket, { address, port, source }: Dial): void {
  try {
    socket.connect({
      host: address,
      port,
      // One address, one attempt: a second one behind our back would be a connection nobody counted.
      autoSelectFamily: false,
      ...(source === undefined ? {} : { localAddress: source }),
    });
  } catch (error) {
    // A source that is no IP address is refused by a throw; to the caller it is one more way to fail.
    socket.destroy(error as Error);
  }
}

function nameOf(socket: net.Socket): string {
  return `${socket.localAddress ?? ''}:${socket.localPort ?? ''}`;
}
