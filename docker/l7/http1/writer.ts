import { STATUS_CODES } from 'node:http';
import type { Field, RequestHead, ResponseHead } from '../message.ts';

/** The chunk that says there are no more. */
export const lastChunk = '0\r\n';

/**
 * A value that would end its line early is a hole in the framing, whoever made it: a policy, or an HTTP/2 peer. The readers
 * let none in; this is the last gate.
 */
const breaksLine = /[\0\r\n]/;

export function fieldLines(fields: readonly Field[]): string | null {
  let text = '';
  for (const [name, value] of fields) {
    if (breaksLine.test(name) || breaksLine.test(value)) return null;
    text += name + ': ' + value + '\r\n';
  }
  return text;
}

/** Without the empty line: framing and connection fields are added by who knows them. Null: it cannot be written. */
export function requestLines({ method, target, authority, fields }: RequestHead): string | null {
  const lines = fieldLines(fields);
  const first = `${method}${target}${authority}`;
  if (lines === null || breaksLine.test(first) || target.includes(' ')) return null;
  const host = authority === '' ? '' : `Host: ${authority}\r\n`;
  return `${method} ${target} HTTP/1.1\r\n${host}${lines}`;
}

export function responseLines({ status, reason, fields }: ResponseHead): string | null {
  const lines = fieldLines(fields);
  return lines === null ? null : `HTTP/1.1 ${status} ${reason ?? STATUS_CODES[status] ?? ''}\r\n${lines}`;
}

/** Above this a copy costs more than another write. */
const copyLimit = 16_384;

/** A head (or nothing) and a piece of a body, framed as a chunk where it must be: one buffer, one write, one packet. */
export function joined(head: string, piece: Buffer, chunked: boolean): readonly Buffer[] {
  const before = chunked ? `${head}${piece.length.toString(16)}\r\n` : head;
  const after = chunked ? '\r\n' : '';
  if (piece.length > copyLimit) {
    const parts = [Buffer.from(before, 'latin1'), piece, Buffer.from(after, 'latin1')];
    return parts.filter(({ length }) => length > 0);
  }
  const all = Buffer.allocUnsafe(before.length + piece.length + after.length);
  all.write(before, 0, 'latin1');
  piece.copy(all, before.length);
  if (chunked) all.write(after, before.length + piece.length, 'latin1');
  return [all];
}
