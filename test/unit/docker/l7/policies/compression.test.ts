import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import { chooseEncoding } from '../../../../../docker/l7/policies/compression/accept-encoding.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';
import { get } from './get.ts';

afterEach(cleanUp);

describe('the encoding that a client likes most', () => {
  const offered = ['zstd', 'br', 'gzip'] as const;
  it.each([
    [null, null],
    ['', null],
    ['gzip', 'gzip'],
    ['gzip, br, zstd', 'zstd'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['*', 'zstd'],
    ['*;q=0.5, zstd;q=0', 'br'],
    ['identity, gzip;q=0.5', null],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate, compress', null],
    ['gzip;q=nonsense', null],
  ])('%s: %s', (header, chosen) => {
    expect(chooseEncoding(header, offered)).toBe(chosen);
  });
});

const page = JSON.stringify({ words: 'to see what is there '.repeat(200) });

async function compressing(
  answer: (outgoing: ServerResponse) => void,
  more: NonNullable<L7Patch['compression']> = {},
) {
  const target = await httpBackend((_incoming, outgoing) => answer(outgoing));
  return proxyTo([target.port], { compression: { encodings: ['zstd', 'br', 'gzip'], ...more } });
}

const plain = (outgoing: ServerResponse) => {
  outgoing.setHeader('content-type', 'application/json; charset=utf-8');
  outgoing.setHeader('content-length', String(Buffer.byteLength(page)));
  outgoing.setHeader('etag', '"one"');
  outgoing.end(page);
};

describe('compression', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ] as const)('%s: fewer bytes, the same page, another ETag, and Vary', async (encoding, decode) => {
    const { port, proxy } = await compressing(plain);
    const got = await get(port, '/', { 'accept-encoding': encoding });
    expect(got.headers['content-encoding']).toBe(encoding);
    expect(decode(got.bytes).toString()).toBe(page);
    expect(got.bytes.length).toBeLessThan(page.length / 4);
    expect(got.headers).toMatchObject({ vary: 'Accept-Encoding', etag: 'W/"one"' });
    expect(got.headers['content-length']).toBeUndefined();
    expect(proxy.pipeline.stats().compression).toMatchObject({
      compressed: 1,
      bytesIn: page.length,
      bytesOut: got.bytes.length,
    });
  });

  it('leaves an answer to a client that asks for none as it is, but says that it varies', async () => {
    const { port } = await compressing(plain);
    const got = await get(port);
    expect(got.text).toBe(page);
    expect(got.headers).toMatchObject({ vary: 'Accept-Encoding', etag: '"one"' });
  });

  const untouched: readonly [string, (outgoing: ServerResponse) => void][] = [
    ['a picture', (out) => out.setHeader('content-type', 'image/png')],
    ['what is compressed already', (out) => out.setHeader('content-encoding', 'br')],
    ['no-transform', (out) => out.setHeader('cache-control', 'public, no-transform')],
    ['a range', (out) => void (out.statusCode = 206)],
    ['what is short', (out) => out.setHeader('content-length', '10')],
  ];
  it.each(untouched)('leaves %s alone', async (_what, prepare) => {
    const body = _what === 'what is short' ? '0123456789' : page;
    const { port, proxy } = await compressing((outgoing) => {
      outgoing.setHeader('content-type', 'text/plain');
      prepare(outgoing);
      outgoing.end(body);
    });
    const got = await get(port, '/', { 'accept-encoding': 'gzip' });
    expect(got.text).toBe(body);
    expect(proxy.pipeline.stats().compression).toMatchObject({ compressed: 0, left: 1 });
  });

  it('tells HEAD what GET would be, without a body', async () => {
    const { port } = await compressing(plain);
    const got = await get(port, '/', { 'accept-encoding': 'gzip' }, 'HEAD');
    expect(got.headers['content-encoding']).toBe('gzip');
    expect(got.bytes.length).toBe(0);
  });

  it('carries a large body whole, piece by piece', async () => {
    const piece = Buffer.alloc(65_536, 'blindspot ');
    const { port } = await compressing((outgoing) => {
      outgoing.setHeader('content-type', 'text/plain');
      let left = 80;
      const more = () => {
        while (left > 0) {
          left -= 1;
          if (!outgoing.write(piece)) {
            outgoing.once('drain', more);
            return;
          }
        }
        outgoing.end();
      };
      more();
    });
    const got = await get(port, '/', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(got.bytes).length).toBe(80 * piece.length);
  });

  it('cuts what its target cut: a half page must not look whole', async () => {
    const { port } = await compressing((outgoing) => {
      outgoing.setHeader('content-type', 'text/plain');
      outgoing.write(page, () => outgoing.destroy());
    });
    await expect(get(port, '/', { 'accept-encoding': 'gzip' })).rejects.toThrow();
  });

  it('is not there while no encoding is set', async () => {
    const { port, proxy } = await compressing(plain, { encodings: [] });
    expect((await get(port, '/', { 'accept-encoding': 'gzip' })).text).toBe(page);
    expect(proxy.pipeline.stats()).not.toHaveProperty('compression');
  });
});
