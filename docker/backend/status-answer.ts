import { STATUS_CODES } from 'node:http';
import type { Answer } from './exchange.ts';
import { json } from './exchange.ts';

/** What an application answers when something inside it broke: the status, and no more than that. */
export function statusAnswer(status: number): Answer {
  const text = STATUS_CODES[status] ?? 'Unknown';
  return json(status, status >= 400 ? { error: text } : { status: text });
}
