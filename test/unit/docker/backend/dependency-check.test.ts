import * as net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDependency } from '../../../../docker/backend/dependency-check.ts';
import type { Dependency } from '../../../../docker/backend/dependencies.ts';

const servers: net.Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A server that says this once it has heard something. */
function speaking(answer: Buffer | string): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
  );
}

const check = (kind: Dependency['kind'], port: number) =>
  checkDependency({ name: 'd', kind, address: '127.0.0.1', port, required: true }, 300);

/** PostgreSQL's ErrorResponse: 'E', length, then fields, each a letter and text ended by zero. */
function postgresError(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0Mthe database system is starting up\0\0`);
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

describe('dependency check', () => {
  it.each([
    ['redis', '+PONG\r\n', null],
    ['redis', '-LOADING Redis is loading the dataset in memory\r\n', /LOADING/],
    ['http', 'HTTP/1.1 200 OK\r\n\r\n', null],
    ['http', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', /503/],
    ['postgres', Buffer.from('R\0\0\0\x08\0\0\0\0', 'latin1'), null],
    ['postgres', postgresError('28P01'), null],
    ['postgres', postgresError('57P03'), /57P03 the database system is starting up/],
    ['postgres', 'HTTP/1.1 400 Bad Request\r\n', /not a PostgreSQL/],
    ['redis', '', /closed without an answer/],
  ] as const)('%s that says %j', async (kind, answer, expected) => {
    const detail = await check(kind, await speaking(answer));
    if (expected === null) expect(detail).toBeNull();
    else expect(detail).toMatch(expected);
  });

  it('takes a connection for an answer by tcp, refusal for none, and silence for a time-out', async () => {
    const port = await speaking('');
    expect(await check('tcp', port)).toBeNull();
    expect(await check('redis', await silent())).toBe('no answer in 300 ms');
    const server = servers[0];
    await new Promise((resolve) => server?.close(resolve));
    expect(await check('tcp', port)).toBe('connection refused');
  });
});

function silent(): Promise<number> {
  const server = net.createServer((socket) => void socket.on('error', () => undefined));
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
  );
}
