import * as net from 'node:net';
import { connectFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Wire } from './exchange.ts';

export interface Dial {
  readonly address: string;
  readonly port: number;
  /** Local address; undefined: the kernel chooses. */
  readonly source: string | undefined;
  /** Each read lands here and must be used up before the call returns; the buffer is shared by all connections. */
  readonly onBytes: (bytes: Buffer) => void;
  /** `name` is the local end, `address:port`. */
  readonly onConnect: (name: string) => void;
  /** Before the handshake was complete. */
  readonly onFail: (failure: Failure) => void;
  /** Afterwards: FIN from the peer (null), or an error. */
  readonly onLost: (error: NodeJS.ErrnoException | null) => void;
}

/** One for all: every read is consumed before the next begins. 64 KB is what one read(2) takes at most. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Opens a TCP connection, counts it, and says how it began and ended; the caller owns the socket. */
export function dial(options: Dial, wire: Wire): net.Socket {
  const { address, port, source } = options;
  let connected = false;
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
  socket.once('connect', () => {
    connected = true;
    socket.setNoDelay(true);
    wire.opened += 1;
    wire.open += 1;
    options.onConnect(`${socket.localAddress ?? ''}:${socket.localPort ?? ''}`);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (connected) {
      options.onLost(error);
      return;
    }
    // A RST instead of a handshake is ECONNREFUSED; ECONNRESET here is one that overtook the news of a complete one.
    if (error.code === 'ECONNRESET') wire.opened += 1;
    else wire.failed += 1;
    options.onFail(connectFailure(error));
  });
  socket.once('end', () => options.onLost(null));
  socket.once('close', () => {
    if (connected) wire.open -= 1;
  });
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
  return socket;
}

/** A connection given up before it was one. */
export function giveUp(socket: net.Socket, wire: Wire): void {
  if (socket.connecting) wire.failed += 1;
  socket.destroy();
}
