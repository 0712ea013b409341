import type { ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { readDirectives, secondsOf } from './directives.ts';

/** RFC 9110 section 15.1: what may be kept although it does not say for how long. */
const heuristic: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
const mostHeuristicMs = 86_400_000;

/** For how long an answer is fresh in a shared cache, from its making (RFC 9111 section 4.2.1). */
export function lifetimeMs(head: ResponseHead, receivedAt: number): number {
  const directives = readDirectives(head.fields);
  const stated = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (stated !== null) return stated;
  const date = dateOf(head, 'date') ?? receivedAt;
  if (fieldValue(head.fields, 'expires') !== null) return Math.max(0, (dateOf(head, 'expires') ?? 0) - date);
  const changed = dateOf(head, 'last-modified');
  if (changed === null || !heuristic.has(head.status)) return 0;
  return Math.min(Math.max(0, (date - changed) / 10), mostHeuristicMs);
}

/** Whether its author said for how long, or at least that it may be kept. */
export function statesLifetime(head: ResponseHead): boolean {
  const directives = readDirectives(head.fields);
  const words = ['s-maxage', 'max-age', 'public'];
  return words.some((word) => directives.has(word)) || fieldValue(head.fields, 'expires') !== null;
}

/** RFC 9111 section 4.2.3: how old it was when it came. */
export function initialAgeMs(head: ResponseHead, askedAt: number, receivedAt: number): number {
  const date = dateOf(head, 'date');
  // Dates have whole seconds: less than one is no age.
  const apparent = date === null ? 0 : Math.max(0, receivedAt - date - 999);
  const age = fieldValue(head.fields, 'age')?.split(',')[0]?.trim() ?? '';
  const told = /^\d+$/.test(age) ? Number(age) * 1000 + (receivedAt - askedAt) : 0;
  return Math.max(apparent, told);
}

export function dateOf(head: ResponseHead, name: string): number | null {
  const value = fieldValue(head.fields, name);
  const time = value === null ? NaN : Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** Kept for its own sake or by heuristics; anything else needs a stated lifetime. */
export function mayBeGuessed(head: ResponseHead): boolean {
  return heuristic.has(head.status) && dateOf(head, 'last-modified') !== null;
}
