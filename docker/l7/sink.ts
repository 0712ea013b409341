import type { Field, ResponseHead } from './message.ts';

/**
 * Where the bytes of a body go. Sinks are plain objects of functions that know nothing of `this`, so that a policy
 * wraps one by spreading it: `{ ...next, write: (chunk) => next.write(changed(chunk)) }`.
 */
export interface Sink {
  /** False: enough for now; `onDrain`'s listener is called when there is room again. */
  write(chunk: Buffer): boolean;
  /** The body is whole. Trailers are mostly none. */
  end(trailers: readonly Field[]): void;
  /** The body will never be whole, and its receiver must be able to tell. */
  abort(): void;
  /** One listener, the last one given: whoever writes. */
  onDrain(listener: () => void): void;
}

/** An answer on its way to the client: any number of 1xx, one head, then the body. */
export interface ResponseSink extends Sink {
  /** 100, 103 and their like (RFC 9110 section 15.2); never 101. */
  informational(head: ResponseHead): void;
  /** Nothing that was written is still waiting in memory; left out where nobody can tell. */
  flushed?(): boolean;
  /** A 101 turns the connection into a tunnel: what follows are raw bytes both ways. */
  head(head: ResponseHead): void;
}
