import type { Field, ResponseHead } from '../message.ts';
import type { AnswerField } from './answer-field.ts';

export interface ParsedAnswer {
  readonly head: ResponseHead;
  /** Its Content-Length; null where it does not say. */
  readonly length: number | null;
}

const digits = /^\d{1,15}$/;
const status = /^[1-9]\d\d$/;

/** A header section, in order (RFC 9113 section 8.3.2); null: it is malformed. */
export function parseAnswer(all: readonly AnswerField[]): ParsedAnswer | null {
  const fields: Field[] = [];
  let said: string | null = null;
  let length: string | null = null;
  for (const { kind, field } of all) {
    if (kind === 'malformed') return null;
    if (kind === ':status') {
      if (said !== null || fields.length > 0) return null;
      said = field[1];
      continue;
    }
    if (kind === 'content-length') {
      if (length !== null || !digits.test(field[1])) return null;
      length = field[1];
    }
    fields.push(field);
  }
  // What HTTP/1 changes by 101 a stream of HTTP/2 cannot (section 8.6).
  if (said === null || !status.test(said) || said === '101') return null;
  return { head: { status: Number(said), fields }, length: length === null ? null : Number(length) };
}
