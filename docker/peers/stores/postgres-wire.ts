import * as net from 'node:net';

/**
 * As much of PostgreSQL's protocol 3.0 as asking for figures takes: a start without a password, and simple queries
 * whose values come as text. PgBouncer's console speaks the same.
 */
export interface PostgresLine {
  /** The rows of the answer, by column name. */
  query(sql: string): Promise<readonly Readonly<Record<string, string>>[]>;
  close(): void;
}

type Row = Record<string, string>;

interface Waiting {
  readonly rows: Row[];
  columns: readonly string[];
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: Error) => void;
}

export function openPostgresLine(path: string, user: string, database: string): PostgresLine {
  const waiting: Waiting[] = [];
  let received = Buffer.alloc(0);
  const socket = net.connect(path);
  socket.write(startup(user, database));
  const failAll = (error: Error): void => {
    socket.destroy();
    for (const one of waiting.splice(0)) one.reject(error);
  };
  const take = (type: string, body: Buffer): void => {
    const [first] = waiting;
    if (type === 'E') failAll(new Error(errorText(body)));
    else if (first === undefined) return;
    else if (type === 'T') first.columns = columnNames(body);
    else if (type === 'D') first.rows.push(rowOf(first.columns, body));
    else if (type === 'C') waiting.shift()?.resolve(first.rows);
  };
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 5) {
      const length = received.readInt32BE(1) + 1;
      if (received.length < length) return;
      take(received.toString('latin1', 0, 1), received.subarray(5, length));
      received = received.subarray(length);
    }
  });
  socket.on('error', failAll);
  socket.on('close', () => failAll(new Error('the server closed the connection')));
  return {
    query: (sql) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('the connection is closed'));
          return;
        }
        waiting.push({ rows: [], columns: [], resolve, reject });
        socket.write(message('Q', Buffer.from(`${sql}\0`)));
      }),
    close: () => socket.destroy(),
  };
}

/** Held open while it works; opened anew by the next question after it broke. */
export function reopening(open: () => PostgresLine): PostgresLine {
  let line: PostgresLine | null = null;
  return {
    async query(sql) {
      line ??= open();
      try {
        return await line.query(sql);
      } catch (error) {
        line.close();
        line = null;
        throw error;
      }
    },
    close: () => line?.close(),
  };
}

export function startup(user: string, database: string): Buffer {
  const pairs = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0blindspot\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + pairs.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, pairs]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** RowDescription: a count, then for each column its name and 18 bytes that a reader of text does not need. */
export function columnNames(body: Buffer): readonly string[] {
  const names: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    at = end + 1 + 18;
  }
  return names;
}

/** DataRow: a count, then for each value its length (-1: null) and its bytes. */
export function rowOf(columns: readonly string[], body: Buffer): Row {
  const row: Row = {};
  let at = 2;
  for (const name of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    row[name] = length < 0 ? '' : body.toString('utf8', at, at + length);
    at += Math.max(0, length);
  }
  return row;
}

function errorText(body: Buffer): string {
  const fields = body.toString('utf8').split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'an error without a message';
}
