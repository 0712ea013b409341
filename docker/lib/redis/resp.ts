/** A reply of Redis (RESP 2): text, a number, nothing, an error, or a list of replies. */
export type Reply = string | number | null | RedisRefusal | readonly Reply[];

/** What Redis says instead of doing it. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';
}

/** A command as an array of bulk strings: nothing in an argument can end it early. */
export function spell(parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
}

/** bytes --> replies, at any split. Throws on what is not RESP. */
export interface ReplyReader {
  feed(bytes: Buffer): readonly Reply[];
}

/** Whoever announces more than this is not the Redis that we asked. */
const mostBytes = 8 * 1024 * 1024;

export function createReplyReader(): ReplyReader {
  let held: Buffer = Buffer.alloc(0);
  return {
    feed(bytes) {
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      if (held.length > mostBytes) throw new Error('a reply above 8 MiB');
      const replies: Reply[] = [];
      let at = 0;
      for (let next = read(held, at); next !== null; next = read(held, at)) {
        replies.push(next.reply);
        at = next.end;
      }
      held = Buffer.from(held.subarray(at));
      return replies;
    },
  };
}

interface Read {
  readonly reply: Reply;
  readonly end: number;
}

/** One reply from here, or null while it is not whole. */
function read(bytes: Buffer, at: number): Read | null {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd === -1) return null;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const after = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { reply: line, end: after };
    case '-':
      return { reply: new RedisRefusal(line), end: after };
    case ':':
      return { reply: Number(line), end: after };
    case '$':
      return readBulk(bytes, after, length(line));
    case '*':
      return readList(bytes, after, length(line));
    default:
      throw new Error(`not a reply of Redis: "${bytes.toString('latin1', at, Math.min(lineEnd, at + 40))}"`);
  }
}

function readBulk(bytes: Buffer, at: number, size: number): Read | null {
  if (size === -1) return { reply: null, end: at };
  if (bytes.length < at + size + 2) return null;
  return { reply: bytes.toString('utf8', at, at + size), end: at + size + 2 };
}

function readList(bytes: Buffer, at: number, size: number): Read | null {
  if (size === -1) return { reply: null, end: at };
  const replies: Reply[] = [];
  let end = at;
  for (let count = 0; count < size; count += 1) {
    const next = read(bytes, end);
    if (next === null) return null;
    replies.push(next.reply);
    end = next.end;
  }
  return { reply: replies, end };
}

function length(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < -1 || size > mostBytes)
    throw new Error(`a length of "${text.slice(0, 20)}"`);
  return size;
}
