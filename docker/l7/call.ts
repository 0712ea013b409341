import type { Cause } from './failure.ts';
import type { Incoming } from './front.ts';
import type { Verdict } from './policies/pipeline.ts';
import type { Answer, Call, CallEnd } from './policies/policy.ts';
import type { RequestBody } from './request-body.ts';
import type { ResponseSink, Sink } from './sink.ts';

/** A call with what its policies asked for, which the exchange then does. */
export interface OwnCall extends Call {
  target: string | null;
  readonly reasons: string[];
  /** Around a body on its way to a target. */
  wrappedBody(inner: Sink): Sink;
  /** Around an answer on its way to the client. */
  wrappedResponse(inner: ResponseSink): ResponseSink;
  rescued(cause: Cause): Verdict | null;
  ended(end: CallEnd): void;
}

type Request = Pick<Incoming, 'head' | 'peer' | 'hasBody' | 'upgrade' | 'trailers'>;

export function createCall(
  id: string,
  at: number,
  incoming: Request,
  readBody: RequestBody['read'],
  dry = false,
): OwnCall {
  const bodyWraps: ((next: Sink) => Sink)[] = [];
  const responseWraps: ((next: ResponseSink) => ResponseSink)[] = [];
  const rescues: { readonly by: string; readonly rescue: (cause: Cause) => Answer | null }[] = [];
  const listeners: ((end: CallEnd) => void)[] = [];
  const reasons: string[] = [];
  return {
    id,
    at,
    peer: incoming.peer,
    received: incoming.head,
    head: incoming.head,
    hasBody: incoming.hasBody,
    trailers: incoming.trailers,
    upgrade: incoming.upgrade,
    pool: null,
    prefer: null,
    hashKey: null,
    target: null,
    dry,
    reasons,
    readBody,
    wrapBody: (wrap) => void bodyWraps.push(wrap),
    wrapResponse: (wrap) => void responseWraps.push(wrap),
    rescue: (by, rescue) => void rescues.push({ by, rescue }),
    atEnd: (listener) => void listeners.push(listener),
    why: (policy, sentence) => void reasons.push(`${policy}: ${sentence}`),
    // What the last policy made of the body is what the target gets.
    wrappedBody: (inner) => bodyWraps.reduceRight((next, wrap) => wrap(next), inner),
    wrappedResponse: (inner) => responseWraps.reduce((next, wrap) => wrap(next), inner),
    rescued(cause) {
      for (const { by, rescue } of rescues) {
        const answer = rescue(cause);
        if (answer !== null) return { by, answer };
      }
      return null;
    },
    ended(end) {
      for (const listener of listeners) listener(end);
    },
  };
}
