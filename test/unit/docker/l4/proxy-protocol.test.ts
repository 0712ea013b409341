import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseProxyHeader } from '../../../../docker/wire/proxy-header.ts';
import { localProxyV2, writeProxyV2 } from '../../../../docker/wire/proxy-v2.ts';
import { waitUntil } from '../../../support/wait.ts';
import { echo, listener, stage } from './stage.ts';

const { backend, forwarder, client } = stage();
const source = { address: '203.0.113.9', port: 40_001 };
const destination = { address: '198.51.100.1', port: 443 };

describe('PROXY protocol to targets', () => {
  it('v1: one line with both ends of the client connection, then the client’s bytes', async () => {
    const target = listener();
    const front = await forwarder([(await backend(target.onSocket)).port], { proxyProtocol: { send: 'v1' } });
    const user = await client(front.port);
    user.socket.write('hello');
    const line = `PROXY TCP4 127.0.0.1 127.0.0.1 ${user.socket.localPort ?? 0} ${front.port}\r\n`;
    await waitUntil(() => target.bytes().toString() === `${line}hello`);
  });

  it('v2 with a checksum, before a client that says nothing', async () => {
    const target = listener();
    const front = await forwarder([(await backend(target.onSocket)).port], {
      proxyProtocol: { send: 'v2', checksum: true },
    });
    const user = await client(front.port);
    const head = await waitUntil(() => {
      const seen = parseProxyHeader(target.bytes());
      return seen.kind === 'read' ? seen : null;
    });
    expect(head.value).toMatchObject({
      version: 2,
      source: { address: '127.0.0.1', port: user.socket.localPort },
      destination: { address: '127.0.0.1', port: front.port },
    });
    expect(head.value.tlvs.map(({ type }) => type)).toEqual([3]);
  });

  it('off by default: not one byte is added', async () => {
    const target = listener();
    const front = await forwarder([(await backend(target.onSocket)).port]);
    const user = await client(front.port);
    user.socket.write('hello');
    await waitUntil(() => target.bytes().toString() === 'hello');
  });

  it.each(['v1', 'v2'] as const)(
    '%s: a check says that it is the balancer’s own connection',
    async (send) => {
      const heads: Buffer[] = [];
      const http = createServer((_request, response) => response.end('ok'));
      const target = await backend((socket) =>
        socket.once('data', (chunk: Buffer) => {
          heads.push(chunk);
          const head = parseProxyHeader(chunk);
          if (head.kind !== 'read') return void socket.resetAndDestroy();
          if (chunk.length > head.length) socket.unshift(chunk.subarray(head.length));
          http.emit('connection', socket);
        }),
      );
      const front = await forwarder([target.port], {
        proxyProtocol: { send },
        healthCheck: { protocol: 'http', intervalMs: 50, timeoutMs: 5000 },
      });
      await waitUntil(() => front.group.members[0]?.state === 'healthy');
      const said = heads[0]?.toString('latin1') ?? '';
      expect(said.startsWith(send === 'v1' ? 'PROXY UNKNOWN\r\n' : localProxyV2.toString('latin1'))).toBe(
        true,
      );
      http.closeAllConnections();
    },
  );
});

describe('PROXY protocol from clients', () => {
  const expecting = { proxyProtocol: { expect: true, send: 'v1' } } as const;

  it('is read in any pieces and taken off; its addresses are the client’s from then on', async () => {
    const target = listener();
    const front = await forwarder([(await backend(target.onSocket)).port], expecting);
    const user = await client(front.port);
    const bytes = Buffer.concat([writeProxyV2(source, destination, { checksum: true }), Buffer.from('GET')]);
    for (const byte of bytes) {
      user.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitUntil(
      () => target.bytes().toString() === 'PROXY TCP4 203.0.113.9 198.51.100.1 40001 443\r\nGET',
    );
  });

  it('LOCAL and UNKNOWN leave the socket’s own addresses', async () => {
    const target = listener();
    const front = await forwarder([(await backend(target.onSocket)).port], expecting);
    for (const head of [localProxyV2, Buffer.from('PROXY UNKNOWN\r\n')]) {
      const before = target.bytes().length;
      const user = await client(front.port);
      user.socket.write(Buffer.concat([head, Buffer.from('x')]));
      const line = `PROXY TCP4 127.0.0.1 127.0.0.1 ${user.socket.localPort ?? 0} ${front.port}\r\nx`;
      await waitUntil(() => target.bytes().subarray(before).toString() === line);
    }
  });

  it.each([
    ['missing', 'GET / HTTP/1.1\r\n\r\n'],
    ['malformed', 'PROXY TCP4 1.2.3.4 nobody 1 2\r\n'],
  ])('%s: closed without a target touched', async (_, bytes) => {
    const target = await backend();
    const front = await forwarder([target.port], expecting);
    const user = await client(front.port);
    user.socket.write(bytes);
    await waitUntil(() => user.fate() === 'ECONNRESET');
    expect(front.forwarder.counters.blocked['proxy-header']).toBe(1);
    expect(front.group.members[0]?.counters.opened).toBe(0);
  });

  it('never sent: closed at the time-out, and when the client finishes without', async () => {
    const front = await forwarder([(await backend()).port], {
      proxyProtocol: { expect: true, timeoutMs: 100 },
    });
    const silent = await client(front.port);
    await waitUntil(() => silent.fate() === 'ECONNRESET');
    front.change({ proxyProtocol: { expect: true, timeoutMs: 60_000 } });
    const finished = await client(front.port);
    finished.socket.end();
    await waitUntil(() => finished.fate() === 'ECONNRESET');
    expect(front.forwarder.counters.connections.open).toBe(0);
  });

  it('from a source that is not trusted: its bytes are its own, whatever they claim', async () => {
    const target = await backend(echo);
    const front = await forwarder([target.port], {
      proxyProtocol: { expect: true, trusted: ['127.0.0.2/32'] },
    });
    const user = await client(front.port);
    user.socket.write('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n');
    await waitUntil(() => user.text() === 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n');
  });
});
