import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { createPump } from '../../lib/quic/pump.ts';
import type { Pump } from '../../lib/quic/pump.ts';
import type { End, QuicClientSide, QuicPeer } from '../../lib/quic/quiche.ts';
import { connectFailure } from '../failure.ts';
import type { Failure } from '../failure.ts';
import type { Wire } from '../exchange.ts';
import type { Fate, Moves } from './moves.ts';

/**
 * address and port now --socket--> pump --> peer
 * another address -----socket-'            (the old one is closed, as a telephone that leaves a house loses its network)
 */
export interface QuicSession {
  /** The client's end, `address:port`, as it is now. */
  readonly name: string;
  /** It has moved, and nothing has come to its new address. */
  readonly unheard: boolean;
  /** When something was heard last, by `performance.now()`. */
  readonly heardAt: number;
  /** Requests that wait for an answer. */
  readonly waiting: number;
  readonly usable: boolean;
  /** Once the handshake is done: null, or why it is not. */
  whenReady(then: (failure: Failure | null) => void): void;
  /** Asks on a stream of its own; returns how to stop waiting. */
  ask(line: Buffer, answered: (answer: string) => void, broken: (failure: Failure) => void): () => void;
  moveTo(source: string | undefined): void;
  /** In order where it can be told, in silence where the way is lost. */
  close(): void;
}

export interface QuicTarget {
  readonly address: string;
  readonly port: number;
  readonly source: string | undefined;
  readonly serverName: string | null;
  readonly side: QuicClientSide;
}

interface Asked {
  answered(answer: string): void;
  broken(failure: Failure): void;
}

const idBytes = 8;

export function openQuicSession(
  { address, port, source, serverName, side }: QuicTarget,
  wire: Wire,
  moves: Moves,
  onGone: (session: QuicSession) => void,
): QuicSession {
  const remote: End = { host: address, port };
  const asked = new Map<number, Asked>();
  const ready = new Set<(failure: Failure | null) => void>();
  let peer: QuicPeer | null = null;
  let pump: Pump | null = null;
  let place: Place | null = null;
  let wanted: Place | null = null;
  let established = false;
  let heardAt = 0;
  /** Of the last move, until something was heard after it. */
  let fate: Fate | null = null;
  let failure: Failure | null = null;
  let stream = 0;
  let closing = false;

  const opened = () => {
    established = true;
    wire.opened += 1;
    wire.open += 1;
    moves.opened();
    tell(null);
  };
  const tell = (why: Failure | null) => {
    const told = [...ready];
    ready.clear();
    for (const then of told) then(why);
  };

  /** The end of it, however it came. */
  const over = (why: Failure) => {
    if (failure !== null) return;
    failure = why;
    pump?.stop();
    // What was written last is on its way by the next turn.
    const sockets = [place, wanted];
    setImmediate(() => {
      for (const one of sockets) one?.socket.close();
    });
    if (fate !== null) {
      wire.open -= 1;
      fate.lost();
    }
    if (established) {
      wire.open -= 1;
      moves.ended();
    } else wire.failed += 1;
    onGone(session);
    tell(why);
    for (const one of asked.values()) one.broken(why);
    asked.clear();
  };

  /** RFC 9000 9: not before the handshake is done, and only with an id that the server has given in reserve. */
  const tryToMove = () => {
    if (wanted === null || peer?.moveTo(wanted.end) !== true) return;
    place?.socket.close();
    place = wanted;
    wanted = null;
    // A four-tuple of its own, as every hop but the server sees it.
    wire.opened += 1;
    if (fate === null) wire.open += 1;
    fate?.lost();
    fate = moves.moved();
    pump?.flush();
  };

  const receive = (to: Place, bytes: Buffer) => {
    if (to !== place) return;
    wire.received += bytes.length;
    pump?.receive(bytes, remote, to.end);
  };

  const begin = (first: Place) => {
    place = first;
    peer = side.connect(serverName, randomBytes(idBytes), first.end, remote);
    const own = peer;
    pump = createPump(own, {
      send(packet, from) {
        // What is meant for a network that was left is lost, as it would be.
        if (from.port !== place?.end.port || from.host !== place.end.host) return;
        wire.sent += packet.length;
        place.socket.send(packet, () => undefined);
      },
      onHeard() {
        heardAt = performance.now();
        if (fate !== null) {
          wire.open -= 1;
          fate.lived();
          fate = null;
        }
        if (!established && own.established) opened();
        while (established && own.idsLeft() > 0) own.giveId(randomBytes(idBytes));
        tryToMove();
      },
      onMessage(id, message) {
        const one = asked.get(id);
        asked.delete(id);
        one?.answered(message.toString('latin1'));
      },
      onEnd(reason) {
        // Of its own farewell `close` says how it ended.
        if (closing) return;
        const kind = established ? 'closed-early' : 'tls';
        over({ kind, detail: `the QUIC connection ended: ${reason}` });
      },
    });
    pump.flush();
  };

  const openPlace = (from: string | undefined, then: (place: Place) => void) =>
    bindPlace(address, port, from, receive, (made) => {
      if ('failure' in made) over(made.failure);
      else if (failure !== null) made.socket.close();
      else then(made);
    });

  const session: QuicSession = {
    get name() {
      return place === null ? '' : `${place.end.host}:${place.end.port}`;
    },
    get unheard() {
      return fate !== null;
    },
    get heardAt() {
      return heardAt;
    },
    get waiting() {
      return asked.size;
    },
    get usable() {
      return failure === null;
    },
    whenReady(then) {
      if (!established && failure === null) ready.add(then);
      else process.nextTick(then, failure);
    },
    ask(line, answered, broken) {
      const id = stream;
      // Bidirectional streams of the client are 0, 4, 8 ... (RFC 9000 2.1).
      stream += 4;
      asked.set(id, { answered, broken });
      pump?.say(id, line);
      return () => void asked.delete(id);
    },
    moveTo(from) {
      openPlace(from, (made) => {
        wanted?.socket.close();
        wanted = made;
        tryToMove();
      });
    },
    close() {
      if (failure !== null) return;
      closing = true;
      if (fate === null) {
        peer?.close();
        pump?.flush();
      }
      over({ kind: 'closed-early', detail: 'closed by the client' });
    },
  };
  openPlace(source, begin);
  return session;
}

/** A local address and port, connected so that the kernel says which, and that nobody else's packets come in. */
interface Place {
  readonly socket: Socket;
  readonly end: End;
}

function bindPlace(
  address: string,
  port: number,
  source: string | undefined,
  receive: (place: Place, bytes: Buffer) => void,
  done: (made: Place | { readonly failure: Failure }) => void,
): void {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let place: Place | null = null;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // "Port unreachable" is anybody's to send: it is not believed, and the timer decides (RFC 9000 21.10 warns of the like).
    if (place !== null) return;
    socket.close();
    done({ failure: connectFailure(error) });
  });
  socket.on('message', (bytes) => {
    if (place !== null) receive(place, bytes);
  });
  socket.on('connect', () => {
    const { address: host, port: own } = socket.address();
    place = { socket, end: { host, port: own } };
    done(place);
  });
  socket.bind({ port: 0, ...(source === undefined ? {} : { address: source }) }, () =>
    socket.connect(port, address),
  );
}
