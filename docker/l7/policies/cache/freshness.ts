import type { ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { secondsOf } from './directives.ts';
import { httpDate } from './http-date.ts';
import type { Said } from './said.ts';

/** RFC 9110 section 15.1: what may be kept although it does not say for how long. */
const heuristic: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
const understood: ReadonlySet<number> = new Set([302, 303, 307, 400, 401, 403, 500, 502, 503, 504]);
const mostHeuristicMs = 86_400_000;

/** For how long an answer is fresh in a shared cache, from its making (RFC 9111 section 4.2.1). */
export function lifetimeMs(head: ResponseHead, { directives, expires }: Said, receivedAt: number): number {
  const stated = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (stated !== null) return stated;
  const date = dateOf(head, 'date', receivedAt) ?? receivedAt;
  if (expires !== null) return Math.max(0, (httpDate(expires, receivedAt) ?? 0) - date);
  const changed = dateOf(head, 'last-modified', receivedAt);
  // Its author may allow a guess for any status (RFC 9111 section 4.2.2).
  if (changed === null || !(heuristic.has(head.status) || directives.has('public'))) return 0;
  return Math.min(Math.max(0, (date - changed) / 10), mostHeuristicMs);
}

/** Whether its author said for how long, or at least that it may be kept. */
export function statesLifetime({ directives, expires }: Said): boolean {
  return ['s-maxage', 'max-age', 'public'].some((word) => directives.has(word)) || expires !== null;
}

/** RFC 9111 section 4.2.3: how old it was when it came. */
export function initialAgeMs(head: ResponseHead, askedAt: number, receivedAt: number): number {
  const date = dateOf(head, 'date', receivedAt);
  // Dates have whole seconds: less than one is no age.
  const apparent = date === null ? 0 : Math.max(0, receivedAt - date - 999);
  const age = fieldValue(head.fields, 'age')?.split(',')[0]?.trim() ?? '';
  const told = /^\d+$/.test(age) ? Number(age) * 1000 + (receivedAt - askedAt) : 0;
  return Math.max(apparent, told);
}

/** A time in a field; null where it says none. */
export function dateOf({ fields }: Pick<ResponseHead, 'fields'>, name: string, now: number): number | null {
  const value = fieldValue(fields, name);
  return value === null ? null : httpDate(value, now);
}

/** Kept for its own sake or by heuristics; anything else needs a stated lifetime. */
export function mayBeGuessed(head: ResponseHead, now: number): boolean {
  return heuristic.has(head.status) && dateOf(head, 'last-modified', now) !== null;
}

/** RFC 9111 section 5.2.2.3: statuses whose rules for keeping are known here. */
export function isUnderstood(status: number): boolean {
  return heuristic.has(status) || understood.has(status);
}
