import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Cause } from './failure.ts';
import type { Desync } from './http1/desync.ts';
import type { RequestHead } from './message.ts';
import type { Peer } from './policies/policy.ts';
import type { ResponseSink, Sink } from './sink.ts';

/** A request as a front hands it over, whatever protocol it speaks: HTTP/1 one after the other, HTTP/2 side by side. */
export interface Incoming {
  /** Hop-by-hop fields are gone, and Host is the authority. */
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly hasBody: boolean;
  /** The protocol that it asks to change to. */
  readonly upgrade: string | null;
  /** It holds its body back until a 100 comes. */
  readonly expectsContinue: boolean;
  /** It would understand trailers. */
  readonly trailers: boolean;
  /** How ALB would class it; null for HTTP/2, which leaves nothing to be doubted. */
  readonly desync: Desync | null;
  /** Two readers might differ on where it ends: no other request shares a connection with it. */
  readonly suspect: boolean;
  readonly respond: ResponseSink;
  /** From now on the body goes here; until then the front holds it, and the client is made to wait. */
  feed(sink: Sink): void;
  watch(listener: ClientListener): void;
}

export interface ClientListener {
  /** The client left before it had its answer. */
  gone(): void;
  /** The rest of the request is not worth waiting for: too slow, too large, or not HTTP. */
  failed(cause: Cause): void;
  /** The last byte of the answer is the kernel's. */
  finished(): void;
}

/** The client connection that a request came over, as the algorithms know it, and what to hash instead of it. */
export function flowOf({ address, port, localAddress, localPort }: Peer, hashKey: string | null): FlowKey {
  const flow = {
    protocol: 'tcp',
    sourceAddress: address,
    sourcePort: port,
    destinationAddress: localAddress,
    destinationPort: localPort,
  } as const;
  return hashKey === null ? flow : { ...flow, hashKey };
}
