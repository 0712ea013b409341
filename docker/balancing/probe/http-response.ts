export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * Reads one final HTTP/1 response out of all bytes so far: a complete one, `incomplete` (more must come), or
 * `malformed`. Interim 1xx responses are skipped. Body length by RFC 9112 section 6.3.
 */
export function readResponse(
  bytes: Buffer,
  bodiless: boolean,
  ended: boolean,
): HttpResponse | 'incomplete' | 'malformed' {
  const text = bytes.toString('latin1');
  if (!'HTTP/1.'.startsWith(text.slice(0, 7))) return 'malformed';
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return 'incomplete';
  const head = text.slice(0, headEnd);
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return 'malformed';
  const rest = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) return readResponse(rest, bodiless, ended);
  if (bodiless || status === 204 || status === 304) return { status, body: '' };
  const body = readBody(head, rest, ended);
  return typeof body === 'string' ? body : { status, body: body.toString('utf8') };
}

function readBody(head: string, rest: Buffer, ended: boolean): Buffer | 'incomplete' | 'malformed' {
  if (/^transfer-encoding:.*\bchunked\s*$/im.test(head)) return joinChunks(rest);
  const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1];
  if (length === undefined) return ended ? rest : 'incomplete';
  return rest.length >= Number(length) ? rest.subarray(0, Number(length)) : 'incomplete';
}

function joinChunks(bytes: Buffer): Buffer | 'incomplete' | 'malformed' {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return 'incomplete';
    const size = /^([0-9a-f]{1,8})(?:\s*;.*)?$/i.exec(bytes.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) return 'malformed';
    const length = Number.parseInt(size, 16);
    // The last chunk is followed by trailers, which no check reads, and an empty line.
    if (length === 0) return bytes.includes('\r\n\r\n', lineEnd) ? Buffer.concat(parts) : 'incomplete';
    const start = lineEnd + 2;
    if (bytes.length < start + length + 2) return 'incomplete';
    parts.push(bytes.subarray(start, start + length));
    at = start + length + 2;
  }
}
