import { describe, expect, it } from 'vitest';
import { parseClientHello } from '../../../../docker/wire/client-hello.ts';
import { createHeadReader } from '../../../../docker/wire/head.ts';
import { clientHello, realClientHello, records } from '../../../support/client-hello.ts';

const whole = (bytes: Buffer) => {
  const head = parseClientHello(bytes);
  return head.kind === 'read' ? head.value : head;
};

describe('ClientHello', () => {
  it('of OpenSSL, as it is sent', async () => {
    const bytes = await realClientHello({ servername: 'Shop.Example', ALPNProtocols: ['h2', 'http/1.1'] });
    expect(whole(bytes)).toEqual({ serverName: 'shop.example', alpn: ['h2', 'http/1.1'], encrypted: false });
  });

  it('of OpenSSL without a server name', async () => {
    expect(whole(await realClientHello({}))).toEqual({ serverName: null, alpn: [], encrypted: false });
  });

  it('byte by byte: read with the last byte and not before', () => {
    const bytes = clientHello({ serverNames: ['a.example'] });
    const reader = createHeadReader(parseClientHello);
    const kinds = [...bytes].map((byte) => reader.feed(Buffer.from([byte])).kind);
    expect(kinds.indexOf('read')).toBe(bytes.length - 1);
    expect(reader.taken().equals(bytes)).toBe(true);
  });

  it('bytes that came after it are no part of it', () => {
    const bytes = Buffer.concat([clientHello({ serverNames: ['a.example'] }), Buffer.from('early data')]);
    expect(whole(bytes)).toMatchObject({ serverName: 'a.example' });
  });

  it.each([16, 50, 100])('over records of %i bytes', (size) => {
    expect(whole(clientHello({ serverNames: ['many.example'] }, size))).toMatchObject({
      serverName: 'many.example',
    });
  });

  it('over more records than any client makes is refused', () => {
    expect(whole(clientHello({ serverNames: ['many.example'] }, 2))).toMatchObject({ kind: 'bad' });
  });

  it('with encrypted_client_hello shows the public name and says so', () => {
    expect(whole(clientHello({ serverNames: ['front.example'], encrypted: true }))).toEqual({
      serverName: 'front.example',
      alpn: [],
      encrypted: true,
    });
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'not TLS'],
    ['SSLv2', Buffer.from([0x80, 0x2e, 1, 3, 1]), 'not TLS'],
    ['an alert', Buffer.from([21, 3, 1, 0, 2, 2, 40]), 'not TLS'],
    ['a ServerHello', records(Buffer.from([2, 0, 0, 1, 0]), 100), 'no ClientHello'],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0]), 'a record of 0 bytes'],
    ['a message of 16 MB', records(Buffer.from([1, 0xff, 0xff, 0xff, 0]), 100), 'bytes'],
    ['two server names', clientHello({ serverNames: ['a.example', 'b.example'] }), 'twice'],
    ['a name with a space', clientHello({ serverNames: ['a example'] }), 'no host name'],
    ['a name with a trailing dot', clientHello({ serverNames: ['a.example.'] }), 'no host name'],
    ['an empty protocol name', clientHello({ alpn: ['h2', ''] }), 'empty protocol'],
  ])('%s is refused', (_, bytes, why) => {
    const head = parseClientHello(bytes);
    expect(head.kind).toBe('bad');
    expect(head).toMatchObject({ why: expect.stringContaining(why) as string });
  });
});
