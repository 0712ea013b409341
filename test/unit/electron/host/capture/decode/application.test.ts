import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { headerOf, readHttpHead } from '../../../../../../electron/host/capture/decode/http1.ts';
import {
  http2Preface,
  http2Words,
  readHttp2Frame,
} from '../../../../../../electron/host/capture/decode/http2.ts';
import { readProxyHeader } from '../../../../../../electron/host/capture/decode/proxy-header.ts';
import {
  readClientHello,
  readTlsRecord,
  tlsWords,
} from '../../../../../../electron/host/capture/decode/tls.ts';

/** The first bytes that a real client sends to a server which only listens. */
async function firstBytes(
  dial: (port: number) => { destroy: () => void },
  enough: (bytes: Buffer) => boolean,
): Promise<Buffer> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const client = dial((server.address() as AddressInfo).port);
  const [socket] = await accepted;
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (enough(bytes)) break;
  }
  client.destroy();
  server.close();
  return bytes;
}

const isHello = (bytes: Buffer): boolean => bytes.length >= (readTlsRecord(bytes, 0)?.length ?? Infinity);

function framesOf(bytes: Buffer): string[] {
  const words: string[] = [];
  for (let at = http2Preface.length; ;) {
    const frame = readHttp2Frame(bytes, at);
    if (frame === null) return words;
    words.push(http2Words(frame));
    at += frame.length;
  }
}

describe('TLS', () => {
  it('reads the ClientHello of a real client', async () => {
    const bytes = await firstBytes((port) => {
      const socket = tls.connect({ port, servername: 'shop.test', ALPNProtocols: ['h2', 'http/1.1'] });
      return socket.on('error', () => undefined);
    }, isHello);
    const record = readTlsRecord(bytes, 0);
    expect(record && tlsWords(record)).toBe('ClientHello');
    const hello = readClientHello(bytes, 0);
    expect(hello).toMatchObject({ serverName: 'shop.test', alpn: ['h2', 'http/1.1'], version: 0x0303 });
    expect(hello?.versions).toContain(0x0304);
    expect(hello?.random).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads as much of a cut ClientHello as there is, at any byte', async () => {
    const bytes = await firstBytes(
      (port) => tls.connect({ port, servername: 'a.test' }).on('error', () => undefined),
      isHello,
    );
    for (let length = 0; length <= bytes.length; length++) {
      const hello = readClientHello(bytes.subarray(0, length), 0);
      if (hello !== null) expect(['a.test', null]).toContain(hello.serverName);
    }
  });

  it('takes no other bytes for a record', () => {
    expect(readTlsRecord(Buffer.from('GET / HTTP/1.1'), 0)).toBeNull();
    expect(readTlsRecord(Buffer.from('1603030000', 'hex'), 0)).toBeNull();
    expect(readTlsRecord(Buffer.from('170303ffff', 'hex'), 0)).toBeNull();
    expect(tlsWords(readTlsRecord(Buffer.from('1703030010', 'hex'), 0) ?? never())).toBe('application data');
  });
});

describe('HTTP/1', () => {
  it('reads a request and an answer', () => {
    const request = readHttpHead(
      Buffer.from('POST /a?b HTTP/1.1\r\nHost: x\r\nX-Request-Id: r 1\r\n\r\nbody'),
      0,
    );
    expect(request).toMatchObject({
      kind: 'request',
      method: 'POST',
      target: '/a?b',
      complete: true,
      length: 50,
    });
    expect(request && headerOf(request, 'x-request-id')).toBe('r 1');
    const answer = readHttpHead(Buffer.from('HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n'), 0);
    expect(answer).toMatchObject({ kind: 'response', status: 404, reason: 'Not Found' });
  });

  it('says of a head that goes on elsewhere that it does, and leaves out the half line', () => {
    const head = readHttpHead(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nCoo'), 0);
    expect(head).toMatchObject({ complete: false, headers: [['Host', 'x']] });
  });

  it('takes a body, TLS and HTTP/2 for no head', () => {
    for (const text of [
      'hello',
      '\x16\x03\x01',
      http2Preface.toString('latin1'),
      'get / http/1.1\r\n\r\n',
      '',
    ])
      expect(readHttpHead(Buffer.from(text, 'latin1'), 0)).toBeNull();
  });
});

describe('HTTP/2', () => {
  it('reads the frames that a real client sends first', async () => {
    const bytes = await firstBytes(
      (port) => {
        const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { maxConcurrentStreams: 7 } });
        session.on('error', () => undefined);
        session.request({ ':path': '/x' }).on('error', () => undefined);
        return session;
      },
      (bytes) => framesOf(bytes).some((words) => words.startsWith('HEADERS')),
    );
    expect(bytes.subarray(0, 24)).toEqual(http2Preface);
    const words = framesOf(bytes);
    expect(words[0]).toContain('SETTINGS');
    expect(words[0]).toContain('MAX_CONCURRENT_STREAMS 7');
    expect(words).toContain('HEADERS, stream 1, ends stream');
  });

  it('says why a stream or a connection ended', () => {
    const reset = readHttp2Frame(Buffer.from('000004 03 00 00000005 00000007'.replaceAll(' ', ''), 'hex'), 0);
    expect(reset && http2Words(reset)).toBe('RST_STREAM, stream 5, REFUSED_STREAM');
    const away = readHttp2Frame(
      Buffer.from('000008 07 00 00000000 00000009 0000000b'.replaceAll(' ', ''), 'hex'),
      0,
    );
    expect(away && http2Words(away)).toBe('GOAWAY, last stream 9, ENHANCE_YOUR_CALM');
    const ack = readHttp2Frame(Buffer.from('000000040100000000', 'hex'), 0);
    expect(ack && http2Words(ack)).toBe('SETTINGS ack');
  });
});

describe('the PROXY header', () => {
  it('reads version 1', () => {
    expect(readProxyHeader(Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 4711 80\r\nGET'), 0)).toEqual({
      version: 1,
      local: false,
      source: '10.0.0.1:4711',
      destination: '10.0.0.2:80',
      length: 38,
      extraBytes: 0,
    });
    expect(readProxyHeader(Buffer.from('PROXY UNKNOWN\r\n'), 0)).toMatchObject({ local: true, source: null });
    expect(readProxyHeader(Buffer.from('PROXY TCP4 nonsense\r\n'), 0)).toBeNull();
  });

  it('reads version 2 with extras, and LOCAL', () => {
    const v2 = '0d0a0d0a000d0a515549540a 21 11 0010 0a000001 0a000002 1267 0050 04000100'.replaceAll(' ', '');
    expect(readProxyHeader(Buffer.from(v2, 'hex'), 0)).toMatchObject({
      version: 2,
      local: false,
      source: '10.0.0.1:4711',
      destination: '10.0.0.2:80',
      length: 32,
      extraBytes: 4,
    });
    const local = '0d0a0d0a000d0a515549540a20000000';
    expect(readProxyHeader(Buffer.from(local, 'hex'), 0)).toMatchObject({ local: true, length: 16 });
  });
});

describe('any bytes', () => {
  it('are read or refused, never thrown at', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    const seeds = [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      'PROXY TCP6 ::1 ::2 1 2\r\n',
      '\r\n\r\n\0\r\nQUIT\n!\x21\0$0123456789012345678901234567890123456789',
      '\x16\x03\x01\0\x40\x01\0\0\x3c\x03\x03abcdefghijklmnopqrstuvwxyz012345\0\0\x02\x13\x01\x01\0\0\x11\0\0\0\x0d\0\x0b\0\0\x08shop.com',
      '\0\0\x0c\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\0\xff\xff',
    ].map((text) => Buffer.from(text, 'latin1'));
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(seeds[random(seeds.length)] ?? Buffer.alloc(0));
      for (let change = random(5); change >= 0; change--) bytes[random(bytes.length)] = random(256);
      const cut = bytes.subarray(0, random(bytes.length + 1));
      const at = random(4);
      readHttpHead(cut, at);
      readHttp2Frame(cut, at);
      readProxyHeader(cut, at);
      readTlsRecord(cut, at);
      readClientHello(cut, at);
    }
    expect(readClientHello(seeds[3] ?? never(), 0)?.serverName).toBe('shop.com');
  });
});

function never(): never {
  throw new Error('not there');
}
