import { createServer, METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../../support/wait.ts';
import { cleanUp, onCleanUp, proxyTo } from '../rig.ts';
import { wire } from './wire.ts';

afterEach(cleanUp);

/** Seeded, so that a failure comes again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const second = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const seeds = [
  `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${second.length}\r\n\r\n${second}`,
  `POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${second.length.toString(16)}\r\n${second}\r\n0\r\n\r\n`,
  `POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `GET /d HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n`,
  `GET http://b/e HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\nX: 1\r\n\r\n`,
];
const spices = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ',',
  ';',
  '0',
  'x',
  '\x0b',
  '\xa0',
  'chunked',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding : x\r\n',
];

function mutated(next: () => number): string {
  let text = seeds[Math.floor(next() * seeds.length)] ?? '';
  for (let edits = Math.floor(next() * 4); edits > 0; edits--) {
    const at = Math.floor(next() * text.length);
    const spice = spices[Math.floor(next() * spices.length)] ?? '';
    text = text.slice(0, at) + spice + text.slice(at + (next() < 0.5 ? 1 : 0));
  }
  return text;
}

describe('what the proxy judged is what the target saw', () => {
  it('over broken requests, with node as the reader behind', async () => {
    const seen: string[] = [];
    const refused: string[] = [];
    const server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${String(incoming.headers['x-request-id'])}`);
      incoming.resume();
      incoming.on('end', () => outgoing.end('ok'));
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // A request that its client abandons ends in the middle; anything else would be bytes of ours that node cannot read.
      if (error.code !== 'HPE_INVALID_EOF_STATE' && error.code !== 'ECONNRESET')
        refused.push(String(error.code));
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port, proxy, log } = await proxyTo([(server.address() as AddressInfo).port]);
    const next = random(20_261);
    const clients = Array.from({ length: 300 }, () => {
      const client = wire(port);
      client.send(mutated(next));
      return client;
    });
    // Each is answered, refused, or waits for more that will not come.
    let before = -1;
    let quiet = 0;
    await waitUntil(() => {
      const now = clients.reduce((sum, { text }) => sum + text.length, 0);
      quiet = now === before ? quiet + 1 : 0;
      before = now;
      return quiet >= 20 && proxy.requests.view().received > 100;
    }, 15_000);
    for (const { socket } of clients) socket.destroy();
    await waitUntil(() => proxy.requests.view().inFlight === 0);
    const judged = log
      .filter(({ targetStatus }) => targetStatus !== null)
      .map(({ request, id }) => `${String(request).split(' ').slice(0, 2).join(' ')} ${String(id)}`);
    expect(judged.length).toBeGreaterThan(20);
    for (const one of judged) expect(seen).toContain(one);
    const known = new Set(log.map(({ id }) => String(id)));
    for (const one of seen) expect(known).toContain(one.split(' ')[2]);
    const smuggled = (line: string) => line.includes('/smuggled');
    const asSecond = new Set(
      log.filter(({ request }) => smuggled(String(request))).map(({ id }) => String(id)),
    );
    for (const one of seen.filter(smuggled)) expect(asSecond).toContain(one.split(' ')[2]);
    // llhttp knows a list of methods and no URI beyond ASCII; a proxy passes both on (RFC 9110 section 9.1), and says so.
    const requests = log.map(({ request }) => String(request));
    const strange = requests.filter((request) => !METHODS.includes(request.split(' ')[0] ?? '')).length;
    const foreign = requests.filter((request) => /[\x80-\xff]/.test(request)).length;
    const count = (code: string) => refused.filter((one) => one === code).length;
    expect(count('HPE_INVALID_METHOD')).toBeLessThanOrEqual(strange);
    expect(count('HPE_INVALID_URL')).toBeLessThanOrEqual(foreign);
    expect(refused.filter((one) => one !== 'HPE_INVALID_METHOD' && one !== 'HPE_INVALID_URL')).toEqual([]);
  });
});
