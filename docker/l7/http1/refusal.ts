import { STATUS_CODES } from 'node:http';
import type { Problem } from './problem.ts';

/** To whoever sent what is not a request: the reason in words, and the door (RFC 9112 section 9.6). */
export function refusal({ status, reason }: Problem): string {
  const text = `${status}: ${reason}\n`;
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n' : '';
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${allow}Content-Type: text/plain\r\n` +
    `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`
  );
}
