import { describe, expect, it } from 'vitest';
import { matchesName } from '../../../../docker/l4/routes.ts';
import { clientHello } from '../../../support/client-hello.ts';
import { waitUntil } from '../../../support/wait.ts';
import { stage } from './stage.ts';

const { backend, forwarder, client } = stage();

/** Three backends that say who they are; shop to the first, *.api to the second, the rest to the third. */
async function sites(more: object = {}) {
  const says = (name: string) =>
    backend((socket) => {
      let heard = 0;
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.length;
        socket.write(`${name}:${heard} `);
      });
    });
  const ports = [(await says('one')).port, (await says('two')).port, (await says('three')).port];
  return await forwarder(ports, {
    serverNames: {
      routes: [
        { names: ['shop.example'], targets: ['t1'] },
        { names: ['*.api.example'], targets: ['t2'] },
        { alpn: ['acme-tls/1'], targets: ['t2'] },
      ],
      otherwise: ['t3'],
      ...more,
    },
  });
}

async function answerTo(port: number, bytes: Buffer) {
  const user = await client(port);
  user.socket.write(bytes);
  const sum = `:${bytes.length} `;
  await waitUntil(() => user.text().endsWith(sum));
  return user.text().split(':')[0];
}

describe('routes by server name', () => {
  it('go by what the ClientHello says, and every byte of it goes on', async () => {
    const front = await sites();
    const to = (names: readonly string[], more = {}) =>
      answerTo(front.port, clientHello({ serverNames: names, ...more }));
    expect(await to(['shop.example'])).toBe('one');
    expect(await to(['SHOP.example'])).toBe('one');
    expect(await to(['v2.api.example'])).toBe('two');
    expect(await to(['api.example'])).toBe('three');
    expect(await to(['other.example'])).toBe('three');
    expect(await to([])).toBe('three');
    expect(await to(['other.example'], { alpn: ['acme-tls/1'] })).toBe('two');
    expect(await to(['shop.example'], { encrypted: true })).toBe('one');
  });

  it('hold for a hello in many segments and records', async () => {
    const front = await sites();
    const bytes = clientHello({ serverNames: ['shop.example'] }, 40);
    const user = await client(front.port);
    for (const byte of bytes) {
      user.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitUntil(() => user.text().includes(`one:${bytes.length} `));
  });

  it('what is not TLS, or is malformed, goes where no route fits', async () => {
    const front = await sites();
    expect(await answerTo(front.port, Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('three');
    expect(await answerTo(front.port, clientHello({ serverNames: ['shop.example', 'b.example'] }))).toBe(
      'three',
    );
  });

  it('a client that waits for the server to speak first goes there too, once the time is up', async () => {
    const front = await sites({ timeoutMs: 100 });
    const user = await client(front.port);
    await waitUntil(() => front.group.members[2]?.counters.opened === 1);
    user.socket.write('later');
    await waitUntil(() => user.text() === 'three:5 ');
  });

  it('an empty list refuses what no route fits', async () => {
    const front = await sites({ otherwise: [] });
    const user = await client(front.port);
    user.socket.write(clientHello({ serverNames: ['other.example'] }));
    await waitUntil(() => user.fate() === 'ECONNRESET');
    expect(front.forwarder.counters.blocked['no-route']).toBe(1);
  });

  it('a name may be read without any route, for whoever looks', async () => {
    const front = await sites({ routes: [], otherwise: null, peek: true });
    const user = await client(front.port);
    user.socket.write(clientHello({ serverNames: ['seen.example'], alpn: ['h2'] }));
    const [flow] = await waitUntil(() => {
      const flows = [...front.forwarder.flows];
      return flows[0]?.target ? flows : null;
    });
    expect(flow?.hello).toMatchObject({ serverName: 'seen.example', alpn: ['h2'] });
  });

  it('new routes hold for new connections at once', async () => {
    const front = await sites();
    const hello = clientHello({ serverNames: ['shop.example'] });
    expect(await answerTo(front.port, hello)).toBe('one');
    front.change({ serverNames: { routes: [{ names: ['shop.example'], targets: ['t2'] }] } });
    expect(await answerTo(front.port, hello)).toBe('two');
  });
});

it.each([
  ['a.example', 'a.example', true],
  ['a.example', 'b.a.example', false],
  ['*.a.example', 'b.a.example', true],
  ['*.a.example', 'c.b.a.example', true],
  ['*.a.example', 'a.example', false],
  ['*.a.example', 'xa.example', false],
  ['a.example', null, false],
])('%s fits %s: %s', (pattern, name, fits) => {
  expect(matchesName(pattern, name)).toBe(fits);
});
