import * as net from 'node:net';
import type { Dependency } from './dependencies.ts';

interface Dialogue {
  /** Sent once connected; null: connecting is all there is. */
  readonly hello: Buffer | null;
  /** Null: fine; a text: wrong; undefined: not enough bytes yet. */
  judge(received: Buffer): string | null | undefined;
}

/** Asks a dependency the least question that its kind answers. Null when it answered well, otherwise what went wrong. */
export function checkDependency(dependency: Dependency, timeoutMs: number): Promise<string | null> {
  const { hello, judge } = dialogue(dependency);
  return new Promise((resolve) => {
    const socket = net.connect({ host: dependency.address, port: dependency.port, noDelay: true });
    let received = Buffer.alloc(0);
    const end = (detail: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(detail);
    };
    const timer = setTimeout(() => end(`no answer in ${timeoutMs} ms`), timeoutMs);
    socket.on('connect', () => (hello === null ? end(null) : socket.write(hello)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const detail = judge(received);
      if (detail !== undefined) end(detail);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(reasons[error.code ?? ''] ?? error.message));
    socket.on('end', () => end('closed without an answer'));
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
};

function dialogue({ kind, address }: Dependency): Dialogue {
  switch (kind) {
    case 'tcp':
      return { hello: null, judge: () => null };
    case 'redis':
      return { hello: Buffer.from('PING\r\n'), judge: (received) => firstLine(received, /^\+PONG/) };
    case 'http':
      return {
        hello: Buffer.from(`GET /health HTTP/1.1\r\nhost: ${address}\r\nconnection: close\r\n\r\n`),
        judge: (received) => firstLine(received, /^HTTP\/1\.1 [23]/),
      };
    case 'postgres':
      return { hello: startupMessage(), judge: judgePostgres };
  }
}

function firstLine(received: Buffer, good: RegExp): string | null | undefined {
  const end = received.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = received.toString('latin1', 0, end);
  return good.test(line) ? null : `answered "${line.slice(0, 80)}"`;
}

/** PostgreSQL protocol 3.0, StartupMessage: length, version, then name and value pairs, each ended by a zero. */
function startupMessage(): Buffer {
  const pairs = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + pairs.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, pairs]);
}

/**
 * 'R' asks for authentication (or says it is not needed): the server takes sessions. 'E' is an error, of which 57P03
 * (cannot connect now) and 53300 (too many connections) mean that it does not; others, such as a wrong password, do
 * come from a server that works.
 */
function judgePostgres(received: Buffer): string | null | undefined {
  const type = received.toString('latin1', 0, 1);
  if (type === 'R') return null;
  if (type !== 'E') return type === '' ? undefined : 'not a PostgreSQL answer';
  if (received.length < 5 || received.length < received.readInt32BE(1) + 1) return undefined;
  const fields = received.toString('utf8', 5).split('\0');
  const code = fields.find((field) => field.startsWith('C'))?.slice(1) ?? '';
  const unavailable = code === '57P03' || code === '53300';
  return unavailable ? `${code} ${fields.find((field) => field.startsWith('M'))?.slice(1) ?? ''}` : null;
}
