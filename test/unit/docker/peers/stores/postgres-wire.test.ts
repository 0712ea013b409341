import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresLine } from '../../../../../docker/peers/stores/postgres-wire.ts';

let folder: string;
let server: Server;
let heard: string;

/** A server's side as PostgreSQL 15 sent it: authentication is not needed, one row of two columns, a null in it. */
const authenticated = Buffer.from('520000000800000000' + '5a0000000549', 'hex');
const rows = Buffer.concat([
  message('T', Buffer.concat([int16(2), column('clients'), column('idle')])),
  message('D', Buffer.concat([int16(2), int32(2), Buffer.from('12'), int32(-1)])),
  message('C', Buffer.from('SELECT 1\0')),
]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pg-'));
  heard = '';
  server = createServer((socket) => {
    socket.on('data', (chunk) => {
      const startedBefore = heard !== '';
      heard += chunk.toString('latin1');
      if (!startedBefore) socket.write(authenticated);
      if (heard.includes('SELECT')) {
        // Cut anywhere: messages need not come whole.
        socket.write(rows.subarray(0, 11));
        socket.write(rows.subarray(11));
      }
      if (heard.includes('BROKEN')) socket.write(message('E', Buffer.from('SERROR\0Msyntax error\0\0')));
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve));
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a line to PostgreSQL', () => {
  it('says who it is before it asks, and reads rows by column', async () => {
    const line = openPostgresLine(join(folder, 's'), 'postgres', 'postgres');
    expect(await line.query('SELECT 1')).toEqual([{ clients: '12', idle: '' }]);
    line.close();
    expect(heard.indexOf('application_name')).toBeLessThan(heard.indexOf('SELECT'));
  });

  it('rejects with the server’s own words', async () => {
    const line = openPostgresLine(join(folder, 's'), 'postgres', 'postgres');
    await expect(line.query('BROKEN')).rejects.toThrow('syntax error');
  });

  it('rejects where nobody listens', async () => {
    const line = openPostgresLine(join(folder, 'none'), 'postgres', 'postgres');
    await expect(line.query('SELECT 1')).rejects.toThrow('ENOENT');
  });
});

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function column(name: string): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(18)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
