/** The head of an HTTP/1 message (RFC 9112 sections 2 to 5) at the beginning of a segment, as far as it is there. */
export type HttpHead = HttpRequestHead | HttpResponseHead;

interface CommonHead {
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The empty line was reached: nothing of the head is missing. */
  readonly complete: boolean;
  /** Bytes of the head, with the empty line. */
  readonly length: number;
}

export interface HttpRequestHead extends CommonHead {
  readonly kind: 'request';
  readonly method: string;
  readonly target: string;
}

export interface HttpResponseHead extends CommonHead {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

const mostHeadBytes = 16 * 1024;
const mostHeaders = 100;
const requestLine = /^([A-Z]{1,20}) (\S{1,8000}) (HTTP\/1\.[01])$/;
const statusLine = /^(HTTP\/1\.[01]) (\d{3})(?: (.*))?$/;
/** Cheap and first: most segments are no heads. */
const firstBytes = /^(?:HTTP\/1\.|[A-Z]{3,20} )/;

export function readHttpHead(bytes: Buffer, at: number): HttpHead | null {
  if (!firstBytes.test(bytes.toString('latin1', at, Math.min(bytes.length, at + 24)))) return null;
  const text = bytes.toString('latin1', at, Math.min(bytes.length, at + mostHeadBytes));
  const end = text.indexOf('\r\n\r\n');
  const complete = end !== -1;
  const lines = (complete ? text.slice(0, end) : text).split('\r\n');
  // The last line of a head that goes on elsewhere may be half a line.
  if (!complete) lines.pop();
  const [first = '', ...rest] = lines;
  const common = { headers: headersOf(rest), complete, length: complete ? end + 4 : text.length };
  const request = requestLine.exec(first);
  if (request !== null) {
    const [, method = '', target = '', version = ''] = request;
    return { kind: 'request', method, target, version, ...common };
  }
  const status = statusLine.exec(first);
  if (status === null) return null;
  const [, version = '', code = '', reason = ''] = status;
  return { kind: 'response', status: Number(code), reason, version, ...common };
}

/** The first header of that name, which is written in lower case here. */
export function headerOf(head: HttpHead, name: string): string | null {
  return head.headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? null;
}

function headersOf(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.slice(0, mostHeaders).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
}
