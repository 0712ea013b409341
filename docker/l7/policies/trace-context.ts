import { randomBytes } from 'node:crypto';
import { fieldValues } from '../message.ts';
import type { Field } from '../message.ts';

/** W3C Trace Context: the trace that a request belongs to, as this hop continues it. */
export interface TraceContext {
  readonly traceId: string;
  /** Ours: the next hop's parent. */
  readonly spanId: string;
  /** Null where the trace begins here. */
  readonly parentId: string | null;
  readonly fields: readonly Field[];
}

const version0 = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const mostMembers = 32;
const mostStateLength = 512;
const longEntry = 128;
/** Bit 0 sampled, bit 1 random trace id (Level 2): both are kept, the others are not ours to set. */
const knownFlags = 0b11;

/** Takes part: keeps the trace, names itself as the parent. What is not valid is as if it were not there. */
export function continueTrace(
  fields: readonly Field[],
  random: (bytes: number) => string = (bytes) => randomBytes(bytes).toString('hex'),
): TraceContext {
  const spanId = random(8);
  const others = fields.filter(([name]) => !isOurs(name));
  const parent = parentOf(fieldValues(fields, 'traceparent'));
  if (parent === null) {
    const traceId = random(16);
    return {
      traceId,
      spanId,
      parentId: null,
      fields: [...others, ['traceparent', `00-${traceId}-${spanId}-03`]],
    };
  }
  const { traceId, parentId, flags } = parent;
  const state = keptState(fieldValues(fields, 'tracestate'));
  return {
    traceId,
    spanId,
    parentId,
    fields: [
      ...others,
      ['traceparent', `00-${traceId}-${spanId}-${flags}`],
      ...(state === '' ? [] : [['tracestate', state] as const]),
    ],
  };
}

function isOurs(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'traceparent' || lower === 'tracestate';
}

function parentOf(
  values: readonly string[],
): { readonly traceId: string; readonly parentId: string; readonly flags: string } | null {
  const [value] = values;
  if (value === undefined || values.length > 1) return null;
  const match = version0.exec(value.trim());
  if (match === null) return null;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = match;
  // A version to come may say more after these four; version 00 may not.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, flags: (parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0') };
}

/** Level 2 (3.3.1.3.1): what stands before and after an @ has no rule of its own any more. */
const key = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const stateValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Several lines are one list; one member that is wrong spoils the whole (3.3.1). Of one key, the first counts. */
function keptState(lines: readonly string[]): string {
  const members = lines.flatMap((line) => line.split(',')).map((member) => member.trim());
  const stated = members.filter((member) => member !== '');
  const keys = stated.map((member) => member.slice(0, Math.max(0, member.indexOf('='))));
  const valid = stated.every((member, index) => {
    const name = keys[index] ?? '';
    return key.test(name) && stateValue.test(member.slice(name.length + 1));
  });
  if (!valid || stated.length > mostMembers) return '';
  return fitting(stated.filter((_, index) => keys.indexOf(keys[index] ?? '') === index)).join(',');
}

/** Beyond 512 characters, entries over 128 go first, then those from the end. */
function fitting(members: readonly string[]): readonly string[] {
  const kept = [...members];
  const length = () => kept.join(',').length;
  for (let at = kept.length - 1; at >= 0 && length() > mostStateLength; at -= 1) {
    if ((kept[at] ?? '').length > longEntry) kept.splice(at, 1);
  }
  while (length() > mostStateLength) kept.pop();
  return kept;
}
