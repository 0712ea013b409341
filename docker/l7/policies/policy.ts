import type { Clock } from '../../balancing/clock.ts';
import type { Group } from '../../balancing/group.ts';
import type { Pool } from '../../balancing/pool.ts';
import type { NewEvent } from '../../protocol/events.ts';
import type { Json } from '../../protocol/json.ts';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Cause } from '../failure.ts';
import type { Field, RequestHead, ResponseHead } from '../message.ts';
import type { ResponseSink, Sink } from '../sink.ts';

/** Who is at the other end of the client's connection: what the kernel says, and TLS where the proxy ended it. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls: TlsFacts | null;
}

/** The proxy's own answer instead of a target's. Content-Length is added. */
export interface Answer {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly body: string | Buffer;
}

export interface BodyStart {
  readonly bytes: Buffer;
  /** False: there is more than was asked for. */
  readonly whole: boolean;
}

export interface CallEnd {
  /** What the client got; null when it got no answer. */
  readonly status: number | null;
  /** What the target said; null when none did. */
  readonly targetStatus: number | null;
  readonly target: string | null;
  /** Why the proxy answered itself or cut an answer short; null after a whole answer of a target or a policy. */
  readonly cause: Cause | null;
  /** From the request's head to the last byte of the answer. */
  readonly latencyMs: number;
}

/** One request on its way through the policies. */
export interface Call {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly peer: Peer;
  /** As it came, without what was meant for this hop alone, and without Host, which is `authority`. */
  readonly received: RequestHead;
  /**
   * As it will be sent: replace it to change it. X-Forwarded-* and X-Request-Id are added when all policies are done.
   * Whoever changes a body's length takes `content-length` out; the proxy then frames it in chunks.
   */
  head: RequestHead;
  /** Whether a body follows; set it when a wrap makes one where there was none. */
  hasBody: boolean;
  /** Whether the target is told that trailers are welcome; set it where they are read on the way. */
  trailers: boolean;
  /** The protocol that an Upgrade asks for; null for an ordinary request. */
  readonly upgrade: string | null;
  /** Whom it may be given to (`services.group.among`); null: every target of the proxy. */
  pool: Pool | null;
  /** The target to use, by id, if it may serve: the algorithm's choice otherwise. */
  prefer: string | null;
  /** What the hash algorithms take in the place of the client's address; null: that address. */
  hashKey: string | null;
  /** How long it may take, beside what holds for all requests; null: no other limit. */
  timeouts: { readonly requestMs: number; readonly tryMs: number } | null;
  /** Who answers; null until the answer's head is on its way, and for the proxy's own answers. */
  readonly target: string | null;
  /** For `/explain`: nothing will be sent; decide as always, but spend, store and count nothing. */
  readonly dry: boolean;

  /** Holds the request until this much of its body, or all of it, is there. What was read is still sent. */
  readBody(maxBytes: number): Promise<BodyStart>;
  /** Around what the target is sent of the body. Called once per try. */
  wrapBody(wrap: (next: Sink) => Sink): void;
  /** Around what the client is sent. The first policy in the list is the outermost: it sees what the others made. */
  wrapResponse(wrap: (next: ResponseSink) => ResponseSink): void;
  /** An answer in place of our own 502, 503 or 504, if the policy has one. */
  rescue(policy: string, answer: (cause: Cause) => Answer | null): void;
  atEnd(listener: (end: CallEnd) => void): void;
  /** One sentence for the request's story, the access log and `/explain`: what was decided, and by what. */
  why(policy: string, sentence: string): void;
}

/** A policy that is on. One that is off does not exist, and costs nothing. */
export interface Policy {
  /** Its key in the settings, and its name wherever it is counted. */
  readonly name: string;
  /** Sees the request before a target is chosen. An answer ends it here; null lets it go on. */
  request(call: Call): Answer | null | Promise<Answer | null>;
  /** Under `policies` in the proxy's stats. */
  stats?(): Json;
  dispose?(): void;
}

/** What a policy may use of the proxy. */
export interface Services {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  emit(event: NewEvent): void;
  /** All targets of the proxy. */
  readonly group: Group;
  /**
   * A request of the proxy's own (a mirror, a revalidation) to a target, past all policies. The target counts it;
   * the client's requests do not. Rejects with the cause when no whole answer came or it is above the limit.
   */
  ask(request: OwnRequest): Promise<OwnAnswer>;
}

export interface OwnRequest {
  readonly head: RequestHead;
  readonly body: Buffer | null;
  readonly pool: Pool | null;
  readonly prefer: string | null;
  /** The client's address that the target is told. */
  readonly peer: Peer;
  readonly maxBytes: number;
}

export interface OwnAnswer {
  readonly head: ResponseHead;
  readonly body: Buffer;
  readonly trailers: readonly Field[];
  readonly target: string;
}
