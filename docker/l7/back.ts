import type { TlsFacts } from '../protocol/tls.ts';
import type { Member } from '../balancing/member.ts';
import type { Cause } from './failure.ts';
import type { Field, RequestHead, ResponseHead } from './message.ts';
import type { Sink } from './sink.ts';

/** A request for a target, whatever protocol the target speaks. */
export interface Outgoing {
  readonly head: RequestHead;
  readonly hasBody: boolean;
  readonly upgrade: string | null;
  readonly trailers: boolean;
  /** It must be the last request of its connection. */
  readonly suspect: boolean;
  /** Not over a kept connection: the last try found one that had gone stale. */
  readonly fresh: boolean;
}

/**
 * Whether the target can have acted on the request: `unsent` certainly not; `stale` hardly, the kept connection was closed
 * in the moment of use; `refused` it said itself that it did not (HTTP/2); `maybe` whatever is left.
 */
export type Harm = 'unsent' | 'stale' | 'refused' | 'maybe';

/** Calls but `connected` come only after `ask` has returned, and none after `cancel`. */
export interface BackListener {
  /** A connection stands and is this request's, and the head is on it: the body may follow. May come within `ask`. */
  connected(body: Sink, tls: TlsFacts | null): void;
  informational(head: ResponseHead): void;
  head(head: ResponseHead): void;
  /** False: no more until `resume`. */
  data(chunk: Buffer): boolean;
  /** Nothing of the chunks so far is needed any more: their memory may be read into again. */
  flushed(): boolean;
  end(trailers: readonly Field[]): void;
  failed(cause: Cause, harm: Harm): void;
}

/** One try at one target. */
export interface Attempt {
  resume(): void;
  /** Nothing more is wanted, and the listener hears nothing more. */
  cancel(): void;
}

/** The way to one target: its connections, how many there may be, and who waits for one. */
export interface Back {
  ask(outgoing: Outgoing, listener: BackListener): Attempt;
  readonly view: () => PoolView;
  /** Moves bytes counted on open sockets into the member's counters; call before reading them. */
  count(): void;
  settingsChanged(): void;
  close(): void;
}

export interface PoolView {
  readonly open: number;
  readonly idle: number;
  readonly queued: number;
  readonly limit: number;
}

export type OpenBack = (member: Member) => Back;
