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

const statusLine = /^HTTP\/1\.(\d) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

export function parseResponseHead(text: string, limits: FieldLimits): ParsedResponse | Problem {
  const feed = text.indexOf('\n');
  const line = text.slice(0, text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed);
  const [, minor, code, reason] = statusLine.exec(line) ?? [];
  const status = Number(code);
  if (minor === undefined || status < 100) return bad('not a status line');
  const parsed = parseFields(text, limits, true, feed + 1);
  if (isProblem(parsed)) return parsed;
  const { fields } = parsed;
  return {
    head: reason === undefined ? { status, fields } : { status, reason, fields },
    keepAlive: keepsAlive(minor === '0' ? '1.0' : '1.1', fields),
  };
}
