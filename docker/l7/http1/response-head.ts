import type { ResponseHead } from '../message.ts';
import { bad, parseFields } from './fields.ts';
import type { FieldLimits } from './fields.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { keepsAlive } from './request-head.ts';

export interface ParsedResponse {
  readonly head: ResponseHead;
  readonly keepAlive: boolean;
}

/** A digit of the version, three of the status, and a reason or none: all but the last where they always are. */
const statusLine = /^HTTP\/1\.\d \d{3}(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const zero = 0x30;

export function parseResponseHead(text: string, limits: FieldLimits): ParsedResponse | Problem {
  const feed = text.indexOf('\n');
  const line = text.slice(0, text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed);
  const digit = (at: number) => line.charCodeAt(at) - zero;
  const status = 100 * digit(9) + 10 * digit(10) + digit(11);
  if (!statusLine.test(line) || status < 100) return bad('not a status line');
  const parsed = parseFields(text, limits, true, feed + 1);
  if (isProblem(parsed)) return parsed;
  const { fields } = parsed;
  return {
    head: line.length === 12 ? { status, fields } : { status, reason: line.slice(13), fields },
    keepAlive: keepsAlive(digit(7) === 0 ? '1.0' : '1.1', fields),
  };
}
