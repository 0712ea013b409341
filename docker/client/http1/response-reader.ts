import type { Answer, AnswerReader } from '../connection.ts';
import { isOk } from '../exchange.ts';
import type { Progress } from '../failure.ts';

/**
 * bytes --> status line and headers --> body, counted to its declared end (RFC 9112 6.3)
 *
 * Strict, incremental, and no more than a load client needs: a body is skipped, not kept, unless `keepBytes` asks.
 */
export type ReaderState = 'nothing' | 'head' | 'body' | 'done' | 'bad';

const emptyLine = Buffer.from('\r\n\r\n');
const maxHeadBytes = 64 * 1024;
const maxLineBytes = 4096;
const CR = 13;
const LF = 10;

/** Where we are in a body that ends other than by its length. */
type ChunkPart = 'size' | 'data' | 'data-end' | 'trailer';

export class ResponseReader implements AnswerReader {
  state: ReaderState = 'nothing';
  status = 0;
  server: string | null = null;
  /** The connection may carry another request. */
  reusable = true;
  /** How long the server keeps an idle connection, where it says so (Keep-Alive: timeout). */
  idleMs = Infinity;
  readonly setCookies: string[] = [];
  problem = '';
  /** Kept only with `keepBytes`. */
  headText = '';
  body = '';

  readonly #keepBytes: number;
  readonly #headOnly: boolean;
  #held: Buffer | null = null;
  #framing: 'length' | 'chunked' | 'close' = 'close';
  #left = 0;
  #part: ChunkPart = 'size';
  #line = '';

  /** A response to HEAD has no body, whatever its headers say (RFC 9110 9.3.2). */
  constructor(method: string, keepBytes = 0) {
    this.#headOnly = method === 'HEAD';
    this.#keepBytes = keepBytes;
  }

  get progress(): Progress {
    return this.state === 'nothing' || this.state === 'head' ? this.state : 'body';
  }

  answer(): Answer | { readonly problem: string } {
    if (this.state === 'bad') return { problem: this.problem };
    const { status, server, reusable, idleMs, setCookies } = this;
    return { status: String(status), ok: isOk(status), server, reusable, idleMs, setCookies };
  }

  feed(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length && this.state !== 'done' && this.state !== 'bad') {
      at = this.state === 'body' ? this.#readBody(bytes, at) : this.#readHead(bytes, at);
    }
    // More than was declared: whatever it is, nobody asked for it.
    if (at < bytes.length) this.reusable = false;
    return this.state === 'done' || this.state === 'bad';
  }

  /** A body without length runs to the end of the connection. */
  end(): boolean {
    if (this.state !== 'body' || this.#framing !== 'close') return false;
    this.state = 'done';
    return true;
  }

  #readHead(bytes: Buffer, at: number): number {
    this.state = 'head';
    const chunk = at === 0 ? bytes : bytes.subarray(at);
    const held = this.#held;
    const all = held === null ? chunk : Buffer.concat([held, chunk]);
    const end = all.indexOf(emptyLine);
    if (end === -1) {
      const start = all.toString('latin1', 0, Math.min(5, all.length));
      if (!'HTTP/'.startsWith(start)) return this.#bad('the answer is not HTTP/1.1', bytes);
      if (all.length > maxHeadBytes) return this.#bad(`a head above ${maxHeadBytes} bytes`, bytes);
      this.#held = held === null ? Buffer.from(all) : all;
      return bytes.length;
    }
    this.#held = null;
    const head = all.toString('latin1', 0, end);
    if (!this.#parseHead(head)) return bytes.length;
    return bytes.length - (all.length - end - emptyLine.length);
  }

  #parseHead(head: string): boolean {
    const firstEnd = head.indexOf('\r\n');
    const statusLine = firstEnd === -1 ? head : head.slice(0, firstEnd);
    const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(statusLine);
    if (match === null) {
      this.#bad(`no status line: "${statusLine.slice(0, 60)}"`);
      return false;
    }
    this.status = Number(match[2]);
    // RFC 9110 15.2: any number of interim answers may come first. 101 would end HTTP, and nobody asked for it.
    if (this.status < 200 && this.status !== 101) return true;
    if (this.#keepBytes > 0) this.headText = head;
    this.reusable = match[1] === '1';
    return this.#parseHeaders(head, firstEnd);
  }

  #parseHeaders(head: string, firstEnd: number): boolean {
    let length: string | null = null;
    let chunked = false;
    for (let at = firstEnd; at !== -1 && at < head.length;) {
      const start = at + 2;
      at = head.indexOf('\r\n', start);
      const line = at === -1 ? head.slice(start) : head.slice(start, at);
      const colon = line.indexOf(':');
      if (colon < 1) return this.#refuse(`no header: "${line.slice(0, 60)}"`);
      // Most headers are of no interest; only names of these lengths can be.
      if (colon !== 10 && colon !== 14 && colon !== 17 && colon !== 18) continue;
      const value = line.slice(colon + 1).trim();
      switch (line.slice(0, colon).toLowerCase()) {
        case 'content-length':
          if (!/^\d{1,15}$/.test(value) || (length !== null && length !== value)) {
            return this.#refuse(`Content-Length "${value.slice(0, 60)}"`);
          }
          length = value;
          break;
        case 'transfer-encoding':
          if (value.toLowerCase() !== 'chunked')
            return this.#refuse(`Transfer-Encoding "${value.slice(0, 60)}"`);
          chunked = true;
          break;
        case 'connection':
          this.reusable = keepsAlive(value.toLowerCase(), this.reusable);
          break;
        case 'set-cookie':
          this.setCookies.push(value);
          break;
        case 'keep-alive':
          this.idleMs = Number(/timeout=(\d+)/i.exec(value)?.[1] ?? Infinity) * 1000;
          break;
        case 'x-blindspot-server':
          this.server = value;
          break;
      }
    }
    // RFC 9112 6.3: both at once is a smuggling attempt or a broken server.
    if (chunked && length !== null) return this.#refuse('both Transfer-Encoding and Content-Length');
    this.#beginBody(chunked, length);
    return true;
  }

  #beginBody(chunked: boolean, length: string | null): void {
    if (this.#headOnly || this.status === 204 || this.status === 304 || this.status === 101) {
      this.state = 'done';
      return;
    }
    this.state = 'body';
    if (chunked) {
      this.#framing = 'chunked';
    } else if (length !== null) {
      this.#framing = 'length';
      this.#left = Number(length);
      if (this.#left === 0) this.state = 'done';
    } else {
      this.#framing = 'close';
      this.reusable = false;
    }
  }

  #readBody(bytes: Buffer, at: number): number {
    switch (this.#framing) {
      case 'close':
        this.#keep(bytes, at, bytes.length);
        return bytes.length;
      case 'length': {
        const end = this.#skip(bytes, at);
        if (this.#left === 0) this.state = 'done';
        return end;
      }
      case 'chunked':
        return this.#readChunk(bytes, at);
    }
  }

  #readChunk(bytes: Buffer, at: number): number {
    if (this.#part === 'data') {
      const end = this.#skip(bytes, at);
      if (this.#left === 0) this.#part = 'data-end';
      return end;
    }
    const end = bytes.indexOf(LF, at);
    this.#line += bytes.toString('latin1', at, end === -1 ? bytes.length : end + 1);
    if (this.#line.length > maxLineBytes) return this.#bad('a chunk line above 4 KB', bytes);
    if (end === -1) return bytes.length;
    const line = this.#line;
    this.#line = '';
    if (line.charCodeAt(line.length - 2) !== CR) return this.#bad('a chunk line without CR', bytes);
    return this.#endLine(line.slice(0, -2)) ? end + 1 : bytes.length;
  }

  #endLine(line: string): boolean {
    if (this.#part === 'data-end') {
      if (line !== '') return this.#refuse('a chunk longer than its size');
      this.#part = 'size';
    } else if (this.#part === 'trailer') {
      if (line === '') this.state = 'done';
    } else {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
      if (size === undefined) return this.#refuse(`chunk size "${line.slice(0, 60)}"`);
      this.#left = parseInt(size, 16);
      this.#part = this.#left === 0 ? 'trailer' : 'data';
    }
    return true;
  }

  #skip(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at);
    this.#keep(bytes, at, at + taken);
    this.#left -= taken;
    return at + taken;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const room = this.#keepBytes - this.body.length;
    if (room > 0) this.body += bytes.toString('utf8', from, Math.min(to, from + room));
  }

  #bad(problem: string, bytes?: Buffer): number {
    this.state = 'bad';
    this.problem = problem;
    this.reusable = false;
    return bytes?.length ?? 0;
  }

  #refuse(problem: string): false {
    this.#bad(problem);
    return false;
  }
}

function keepsAlive(connection: string, before: boolean): boolean {
  if (connection.includes('close')) return false;
  return before || connection.includes('keep-alive');
}
