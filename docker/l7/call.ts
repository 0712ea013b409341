import type { Pool } from '../balancing/pool.ts';
import type { Cause } from './failure.ts';
import type { Incoming } from './front.ts';
import type { RequestHead } from './message.ts';
import type { Verdict } from './policies/pipeline.ts';
import type { Answer, BodyStart, Call, CallEnd, Peer } from './policies/policy.ts';
import type { ResponseSink, Sink } from './sink.ts';

type Request = Pick<Incoming, 'head' | 'peer' | 'hasBody' | 'upgrade' | 'trailers'>;
type ReadBody = (maxBytes: number) => Promise<BodyStart>;
type Wrap<S> = (next: S) => S;
type Rescue = (cause: Cause) => Answer | null;

/**
 * A call with what its policies asked for, which the exchange then does. One is made for each request and most policies
 * ask for little, so each list is made by its first entry.
 */
export class OwnCall implements Call {
  readonly id: string;
  readonly at: number;
  readonly peer: Peer;
  readonly received: RequestHead;
  head: RequestHead;
  hasBody: boolean;
  trailers: boolean;
  readonly upgrade: string | null;
  pool: Pool | null = null;
  prefer: string | null = null;
  hashKey: string | null = null;
  timeouts: Call['timeouts'] = null;
  target: string | null = null;
  readonly dry: boolean;
  private readonly read: ReadBody;
  private told: string[] | null = null;
  private bodyWraps: Wrap<Sink>[] | null = null;
  private responseWraps: Wrap<ResponseSink>[] | null = null;
  private rescues: { readonly by: string; readonly rescue: Rescue }[] | null = null;
  private listeners: ((end: CallEnd) => void)[] | null = null;

  constructor(id: string, at: number, request: Request, read: ReadBody, dry = false) {
    this.id = id;
    this.at = at;
    this.peer = request.peer;
    this.received = request.head;
    this.head = request.head;
    this.hasBody = request.hasBody;
    this.trailers = request.trailers;
    this.upgrade = request.upgrade;
    this.read = read;
    this.dry = dry;
  }

  get reasons(): readonly string[] {
    return this.told ?? none;
  }

  get wrapsBody(): boolean {
    return this.bodyWraps !== null;
  }

  get wrapsResponse(): boolean {
    return this.responseWraps !== null;
  }

  readBody(maxBytes: number): Promise<BodyStart> {
    return this.read(maxBytes);
  }

  wrapBody(wrap: Wrap<Sink>): void {
    (this.bodyWraps ??= []).push(wrap);
  }

  wrapResponse(wrap: Wrap<ResponseSink>): void {
    (this.responseWraps ??= []).push(wrap);
  }

  rescue(by: string, rescue: Rescue): void {
    (this.rescues ??= []).push({ by, rescue });
  }

  atEnd(listener: (end: CallEnd) => void): void {
    (this.listeners ??= []).push(listener);
  }

  why(policy: string, sentence: string): void {
    (this.told ??= []).push(`${policy}: ${sentence}`);
  }

  /** Around a body on its way to a target: what the last policy made of it is what the target gets. */
  wrappedBody(inner: Sink): Sink {
    return this.bodyWraps?.reduceRight((next, wrap) => wrap(next), inner) ?? inner;
  }

  /** Around an answer on its way to the client. */
  wrappedResponse(inner: ResponseSink): ResponseSink {
    return this.responseWraps?.reduce((next, wrap) => wrap(next), inner) ?? inner;
  }

  rescued(cause: Cause): Verdict | null {
    for (const { by, rescue } of this.rescues ?? []) {
      const answer = rescue(cause);
      if (answer !== null) return { by, answer };
    }
    return null;
  }

  get awaited(): boolean {
    return this.listeners !== null;
  }

  ended(end: CallEnd): void {
    for (const listener of this.listeners ?? []) listener(end);
  }
}

const none: readonly string[] = [];
