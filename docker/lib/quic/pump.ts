import { longestPacket } from './quiche.ts';
import type { End, QuicPeer } from './quiche.ts';

/**
 * packet in --> peer --> streams read to their end --> onMessage
 *               peer --> packets out, and one timer
 *
 * What both sides need around the library: it has neither socket nor clock.
 */
export interface Pump {
  receive(packet: Buffer, from: End, to: End): void;
  /** A whole message on a stream; what does not fit goes out as room comes. */
  say(stream: number, message: Buffer): void;
  flush(): void;
  /** No more timers. */
  stop(): void;
}

export interface PumpHooks {
  send(packet: Buffer, from: End, to: End): void;
  /** Something was heard, before its messages are told. */
  onHeard(): void;
  /** What the other side said on one stream, once it has said all. */
  onMessage(stream: number, message: Buffer): void;
  /** Once: nothing more will come. */
  onEnd(reason: string): void;
}

/** Shared by all: nothing stays in it from one call to the next. */
const room = Buffer.alloc(Math.max(longestPacket, 16 * 1024));
/** A message beyond this is nobody's of ours. */
const longestMessage = 64 * 1024;

export function createPump(peer: QuicPeer, hooks: PumpHooks): Pump {
  const heard = new Map<number, Buffer[]>();
  const unsaid = new Map<number, Buffer>();
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const end = (reason: string) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    hooks.onEnd(reason);
  };

  const readStream = (stream: number) => {
    try {
      for (let got = peer.read(stream, room); got !== null; got = peer.read(stream, room)) {
        const parts = heard.get(stream) ?? [];
        parts.push(Buffer.from(room.subarray(0, got.bytes)));
        heard.set(stream, parts);
        const length = parts.reduce((sum, part) => sum + part.length, 0);
        if (!got.end && length <= longestMessage) continue;
        heard.delete(stream);
        if (got.end) hooks.onMessage(stream, Buffer.concat(parts));
        return;
      }
    } catch {
      // Reset by the other side: nobody waits for the rest.
      heard.delete(stream);
    }
  };

  const write = (stream: number, message: Buffer) => {
    try {
      const taken = peer.write(stream, message, true);
      if (taken < message.length) unsaid.set(stream, message.subarray(taken));
      else unsaid.delete(stream);
    } catch {
      unsaid.delete(stream);
    }
  };

  const flush = () => {
    if (over) return;
    for (const [stream, rest] of [...unsaid]) write(stream, rest);
    for (let packet = next(peer); packet !== null; packet = next(peer)) {
      hooks.send(Buffer.from(room.subarray(0, packet.bytes)), packet.from, packet.to);
    }
    clearTimeout(timer);
    if (peer.closed) {
      end(peer.reason);
      return;
    }
    const ms = peer.timeoutMs();
    if (ms !== null) timer = setTimeout(expire, Math.ceil(ms));
  };

  const expire = () => {
    peer.expire();
    flush();
  };

  return {
    receive(packet, from, to) {
      if (over) return;
      try {
        peer.receive(packet, from, to);
      } catch {
        // A packet that cannot be read is dropped (RFC 9000 5.2); one that ends the connection shows below.
      }
      hooks.onHeard();
      for (const stream of peer.readable()) readStream(stream);
      flush();
    },
    say(stream, message) {
      write(stream, message);
      flush();
    },
    flush,
    stop() {
      over = true;
      clearTimeout(timer);
    },
  };
}

/** A connection that can no longer send has ended, which shows right after. */
function next(peer: QuicPeer): ReturnType<QuicPeer['next']> {
  try {
    return peer.next(room);
  } catch {
    return null;
  }
}
