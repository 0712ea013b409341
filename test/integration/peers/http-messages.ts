/** A message of HTTP/1 as the comparison of proxies reads it: plainly, by RFC 9112, and by no code of our own proxy. */
export interface Message {
  readonly line: string;
  /** In lower case, as they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly framing: 'none' | 'length' | 'chunked' | 'both' | 'close';
  readonly body: string;
  readonly trailers: readonly string[];
  /** Where the next one begins. */
  readonly next: number;
}

export type Reading = Message | 'more' | 'broken';

/** The message at `at`. For an answer, `asked` is the method it answers; `over`: nothing more will come. */
export function readMessage(text: string, at: number, asked: string | null, over: boolean): Reading {
  const end = text.indexOf('\r\n\r\n', at);
  if (end === -1) return 'more';
  const [line = '', ...rest] = text.slice(at, end).split('\r\n');
  const fields = rest.map((one): [string, string] => {
    const colon = one.indexOf(':');
    return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()];
  });
  const head = { line, fields, trailers: [], body: '', framing: 'none' as const, next: end + 4 };
  const value = (name: string) => fields.find(([one]) => one === name)?.[1];
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(line)?.[1] ?? 0);
  if (asked !== null) {
    if (asked === 'HEAD' || status < 200 || status === 204 || status === 304) return head;
  }
  if (value('transfer-encoding') !== undefined) {
    const chunks = readChunks(text, head.next);
    const framing = value('content-length') === undefined ? 'chunked' : 'both';
    return typeof chunks === 'string' ? chunks : { ...head, framing, ...chunks };
  }
  const length = value('content-length');
  if (length !== undefined) {
    const next = head.next + Number(length);
    if (text.length < next) return 'more';
    return { ...head, framing: 'length', body: text.slice(head.next, next), next };
  }
  if (asked === null) return head;
  return over ? { ...head, framing: 'close', body: text.slice(head.next), next: text.length } : 'more';
}

function readChunks(
  text: string,
  from: number,
): Pick<Message, 'body' | 'trailers' | 'next'> | 'more' | 'broken' {
  let body = '';
  for (let at = from; ;) {
    const line = text.indexOf('\r\n', at);
    if (line === -1) return 'more';
    const size = /^([0-9a-f]+)$/i.exec(text.slice(at, line))?.[1];
    if (size === undefined) return 'broken';
    const bytes = Number.parseInt(size, 16);
    at = line + 2;
    if (bytes === 0) {
      const trailers: string[] = [];
      for (;;) {
        const next = text.indexOf('\r\n', at);
        if (next === -1) return 'more';
        if (next === at) return { body, trailers, next: next + 2 };
        trailers.push(text.slice(at, next).toLowerCase());
        at = next + 2;
      }
    }
    if (text.length < at + bytes + 2) return 'more';
    body += text.slice(at, at + bytes);
    if (text.slice(at + bytes, at + bytes + 2) !== '\r\n') return 'broken';
    at += bytes + 2;
  }
}
