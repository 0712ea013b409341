import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';

const size = 3_000_000;
const many = 8;

afterEach(cleanUp);

/** Every request has bytes of its own: one that reads another's memory shows. */
function bodyOf(index: number): Buffer {
  const body = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) body.writeUInt32LE((at * 31 + index * 7919) >>> 0, at);
  return body;
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Reads with breaks, so that the proxy has to wait with bytes in hand. */
function readSlowly(port: number, index: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path: `/${index}`, agent: false }, (response) => {
      const hash = createHash('sha256');
      let chunks = 0;
      response.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        if (++chunks % 8 !== index % 8) return;
        response.pause();
        setTimeout(() => response.resume(), 5);
      });
      response.on('end', () => resolve(hash.digest('hex')));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('large answers side by side', () => {
  const cases: [string, L7Patch, boolean][] = [
    ['with a length', {}, true],
    ['in chunks', {}, false],
    [
      'through a cache that keeps them',
      { cache: { enabled: true, maxObjectBytes: 10_000_000, maxBytes: 100_000_000 } },
      true,
    ],
  ];
  it.each(cases)('arrive byte by byte as they were sent, %s', async (_, settings, withLength) => {
    const { port: target } = await httpBackend((incoming, outgoing) => {
      const body = bodyOf(Number(incoming.url?.slice(1)));
      outgoing.setHeader('cache-control', 'max-age=60');
      if (withLength) outgoing.setHeader('content-length', body.length);
      outgoing.write(body);
      outgoing.end();
    });
    const { port } = await proxyTo([target], settings);
    const all = Array.from({ length: many }, (__, index) => index);
    const wanted = all.map((index) => digest(bodyOf(index)));
    // Twice: kept connections, and what a cache has kept of the first time.
    for (let round = 0; round < 2; round++) {
      expect(await Promise.all(all.map((index) => readSlowly(port, index)))).toEqual(wanted);
    }
  });
});
