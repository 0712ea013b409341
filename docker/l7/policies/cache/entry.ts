import { requestIdHeader, serverHeader } from '../../../protocol/common.ts';
import type { Field, RequestHead, ResponseHead } from '../../message.ts';
import { fieldValue, withoutFields } from '../../message.ts';
import { freshened } from './conditional.ts';
import { initialAgeMs, lifetimeMs } from './freshness.ts';
import { ageMs } from './judged.ts';
import { saidBy } from './said.ts';
import { asDependedOn } from './store.ts';
import type { Entry } from './store.ts';

export interface Times {
  readonly askedAt: number;
  readonly receivedAt: number;
  /** CDN-Cache-Control is for this cache. */
  readonly targeted: boolean;
}

/** What belongs to one exchange and not to the answer: who gave it, whose request it was, how long it is as sent. */
const ofOneExchange = [requestIdHeader, serverHeader, 'content-length', 'age', 'cache-status'];

export function keyOf({ scheme, authority, target }: RequestHead): string {
  return `${scheme}://${authority.toLowerCase()}${target}`;
}

export function newEntry(
  key: string,
  request: RequestHead,
  head: ResponseHead,
  body: Buffer,
  times: Times,
  origin: Entry['origin'],
): Entry {
  return {
    key,
    vary: variesBy(head).map((name) => [name, asDependedOn(name, fieldValue(request.fields, name))] as const),
    body,
    origin,
    hits: 0,
    refreshing: false,
    ...agesOf(head, times),
  };
}

/** The target says that what is stored is still true. */
export function freshen(entry: Entry, told: ResponseHead, times: Times): void {
  Object.assign(entry, agesOf(freshened(entry.head, told), times));
}

/** The names in Vary, in lower case and in order, so that two spellings are one. */
export function variesBy(head: ResponseHead): readonly string[] {
  const vary = fieldValue(head.fields, 'vary') ?? '';
  const names = vary.split(',').map((name) => name.trim().toLowerCase());
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

/** As it is given out: how old it is, and that it came from here (RFC 9211). */
export function givenFields(entry: Entry, now: number, status: string): readonly Field[] {
  const age = Math.floor(ageMs(entry, now) / 1000);
  return [...entry.head.fields, ['Age', String(age)], ['Cache-Status', `Blindspot; ${status}`]];
}

function agesOf(head: ResponseHead, { askedAt, receivedAt, targeted }: Times) {
  const said = saidBy(head, targeted);
  return {
    said,
    receivedAt,
    initialAgeMs: initialAgeMs(head, askedAt, receivedAt),
    lifetimeMs: lifetimeMs(head, said, receivedAt),
    head: { ...head, fields: withoutFields(head.fields, ofOneExchange) },
  };
}
