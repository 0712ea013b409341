import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import type { CacheStats } from '../../../../../docker/protocol/l7/policy-stats.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';
import { get } from './get.ts';

afterEach(cleanUp);

/** A target that counts what it is asked, and says how often that was. */
async function caching(
  answer: (outgoing: ServerResponse, incoming: IncomingMessage, count: number) => void,
  more: NonNullable<L7Patch['cache']> = {},
) {
  const asked: IncomingMessage[] = [];
  const target = await httpBackend((incoming, outgoing) => {
    asked.push(incoming);
    outgoing.setHeader('x-request-id', `r${asked.length}`);
    answer(outgoing, incoming, asked.length);
    if (!outgoing.writableEnded) outgoing.end(`page ${asked.length}`);
  });
  const made = await proxyTo([target.port], { cache: { enabled: true, ...more } });
  const stats = () => made.proxy.pipeline.stats().cache as unknown as CacheStats;
  return { ...made, asked, stats };
}

const says =
  (control: string, more: Record<string, string> = {}) =>
  (outgoing: ServerResponse) => {
    outgoing.setHeader('cache-control', control);
    for (const [name, value] of Object.entries(more)) outgoing.setHeader(name, value);
  };

describe('a shared cache', () => {
  it('answers the second request itself, with an age, and not with the first one’s id', async () => {
    const { port, asked, stats, log } = await caching(says('max-age=60'));
    const first = await get(port, '/a');
    const second = await get(port, '/a');
    expect([first.text, second.text]).toEqual(['page 1', 'page 1']);
    expect(first.headers['cache-status']).toBe('Blindspot; fwd=uri-miss; stored');
    expect(second.headers['cache-status']).toMatch(/^Blindspot; hit; ttl=(60|59)$/);
    expect(second.headers.age).toBe('0');
    expect(second.headers['x-request-id']).not.toBe('r1');
    expect(asked.length).toBe(1);
    expect(stats()).toMatchObject({ hits: 1, misses: 1, objects: 1, bytesSaved: 6 });
    expect(log.at(-1)).toMatchObject({ by: 'cache', target: null });
    await get(port, '/b');
    expect(asked.length).toBe(2);
  });

  it.each([
    ['no-store', {}, {}],
    ['private, max-age=60', {}, {}],
    ['max-age=0', {}, {}],
    ['no-cache, max-age=60', {}, {}],
    ['max-age=60', { vary: '*' }, {}],
    ['max-age=60', { 'set-cookie': 'session=1' }, {}],
    ['max-age=60', {}, { authorization: 'Basic eA==' }],
    ['max-age=60', {}, { 'cache-control': 'no-store' }],
    ['s-maxage=0, max-age=60', {}, {}],
  ] as const)('asks again after %s %o, to a request with %o', async (control, answer, request) => {
    const { port, asked } = await caching(says(control, answer));
    await get(port, '/', request);
    expect((await get(port, '/', request)).text).toBe('page 2');
    expect(asked.length).toBe(2);
  });

  it.each([
    ['public, max-age=60', {}, { authorization: 'Basic eA==' }],
    ['s-maxage=60, max-age=0', {}, {}],
    ['max-age="60"', {}, {}],
  ] as const)('keeps %s %o, to a request with %o', async (control, answer, request) => {
    const { port, asked } = await caching(says(control, answer));
    await get(port, '/', request);
    await get(port, '/', request);
    expect(asked.length).toBe(1);
  });

  it('counts the age that an answer came with', async () => {
    const { port, asked } = await caching(says('max-age=60', { age: '100' }));
    await get(port);
    await get(port);
    expect(asked.length).toBe(2);
  });

  it('gives each the answer that depends on what they said', async () => {
    const { port, asked, stats } = await caching((outgoing, incoming) => {
      says('max-age=60', { vary: 'Cookie' })(outgoing);
      outgoing.end(`for ${incoming.headers.cookie ?? ''}`);
    });
    const of = (user: string) => get(port, '/', { cookie: `user=${user}` });
    expect((await of('anna')).text).toBe('for user=anna');
    expect((await of('ben')).text).toBe('for user=ben');
    expect((await of('anna')).text).toBe('for user=anna');
    expect(asked.length).toBe(2);
    expect(stats()).toMatchObject({ hits: 1, againstVary: 0, objects: 2 });
  });

  it('leaks when it is told to ignore Vary, and counts it', async () => {
    const { port, stats } = await caching(
      (outgoing, incoming) => {
        says('max-age=60', { vary: 'Cookie' })(outgoing);
        outgoing.end(`for ${incoming.headers.cookie ?? ''}`);
      },
      { ignoreVary: true },
    );
    await get(port, '/', { cookie: 'user=anna' });
    expect((await get(port, '/', { cookie: 'user=ben' })).text).toBe('for user=anna');
    expect(stats().againstVary).toBe(1);
  });

  it('leaks when it is told to store what is private, and counts it', async () => {
    const { port, stats } = await caching(says('private, max-age=60'), { storePrivate: true });
    await get(port);
    expect((await get(port)).text).toBe('page 1');
    expect(stats().againstPrivate).toBe(1);
  });

  it('asks whether a stale answer is still true, and gives it out again when it is', async () => {
    const { port, asked, stats } = await caching((outgoing, incoming) => {
      says('max-age=0', { etag: '"one"' })(outgoing);
      if (incoming.headers['if-none-match'] !== '"one"') return;
      outgoing.statusCode = 304;
      outgoing.end();
    });
    await get(port);
    const again = await get(port);
    expect(again.status).toBe(200);
    expect(again.text).toBe('page 1');
    expect(again.headers['cache-status']).toBe('Blindspot; fwd=stale; fwd-status=304');
    expect(asked.length).toBe(2);
    expect(stats()).toMatchObject({ revalidated: 1, misses: 2, hits: 0 });
  });

  it('tells a client that holds it already so', async () => {
    const { port, asked } = await caching(says('max-age=60', { etag: '"one"' }));
    await get(port);
    const got = await get(port, '/', { 'if-none-match': 'W/"one"' });
    expect([got.status, got.text]).toEqual([304, '']);
    expect((await get(port, '/', { 'if-none-match': '"two"' })).status).toBe(200);
    expect(asked.length).toBe(1);
  });

  it('heeds what the client wants', async () => {
    const { port, asked } = await caching(says('max-age=60'));
    expect((await get(port, '/', { 'cache-control': 'only-if-cached' })).status).toBe(504);
    await get(port);
    expect((await get(port, '/', { 'cache-control': 'only-if-cached' })).text).toBe('page 1');
    expect((await get(port, '/', { 'cache-control': 'no-cache' })).text).toBe('page 2');
    expect((await get(port, '/', { 'cache-control': 'min-fresh=3600' })).text).toBe('page 3');
    expect(asked.length).toBe(3);
  });

  it('asks once for many that miss at the same time', async () => {
    let release: () => void = () => undefined;
    const { port, asked, stats, proxy } = await caching((outgoing, _incoming, count) => {
      says('max-age=60')(outgoing);
      const page = `page ${count}`;
      outgoing.write('');
      release = () => outgoing.end(page);
      Object.defineProperty(outgoing, 'writableEnded', { value: true });
    });
    const many = Array.from({ length: 8 }, () => get(port));
    await waitUntil(() => asked.length === 1 && proxy.requests.view().inFlight === 8, 15_000);
    release();
    const texts = (await Promise.all(many)).map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set(['page 1']));
    expect(asked.length).toBe(1);
    expect(stats()).toMatchObject({ misses: 1, collapsed: 7, hits: 7 });
  });

  it('serves what is stale while it asks for the new one', async () => {
    const { port, asked, stats } = await caching(says('max-age=0, stale-while-revalidate=600'));
    await get(port);
    expect((await get(port)).text).toBe('page 1');
    await waitUntil(() => asked.length === 2, 15_000);
    await waitUntil(async () => (await get(port)).text !== 'page 1', 15_000);
    expect(stats().stale).toBeGreaterThan(1);
  });

  it('stands in for a target that fails, where that is allowed', async () => {
    const { port, stats } = await caching((outgoing, _incoming, count) => {
      says('max-age=0, stale-if-error=600')(outgoing);
      if (count > 1) outgoing.statusCode = 500;
    });
    await get(port);
    const got = await get(port);
    expect([got.status, got.text]).toEqual([200, 'page 1']);
    expect(stats().stale).toBe(1);
  });

  it('stands in for a target that is gone, and never where it must ask', async () => {
    const gone = async (control: string) => {
      const { port } = await caching((outgoing, incoming, count) => {
        says(control)(outgoing);
        if (count > 1) incoming.socket.destroy();
      });
      await get(port);
      return get(port);
    };
    expect((await gone('max-age=0, stale-if-error=600')).text).toBe('page 1');
    expect((await gone('max-age=0, must-revalidate, stale-if-error=600')).status).toBe(502);
  });

  it('forgets what an unsafe method changed, but not where that failed', async () => {
    const { port, asked, stats } = await caching((outgoing, incoming) => {
      says('max-age=60')(outgoing);
      if (incoming.url === '/' && incoming.method === 'PUT') outgoing.statusCode = 500;
    });
    await get(port);
    await get(port, '/', {}, 'PUT', 'x');
    await get(port);
    expect(asked.length).toBe(2);
    await get(port, '/', {}, 'POST', 'x');
    await get(port);
    expect(asked.length).toBe(4);
    expect(stats()).toMatchObject({ invalidated: 1, passed: 2 });
  });

  it('holds no more than it may, and lets go of what was used longest ago', async () => {
    const body = 'x'.repeat(1000);
    const { port, asked, stats } = await caching(
      (outgoing) => {
        says('max-age=60')(outgoing);
        outgoing.end(body);
      },
      { maxBytes: 4000 },
    );
    await get(port, '/1');
    await get(port, '/2');
    await get(port, '/1');
    await get(port, '/3');
    expect(stats()).toMatchObject({ objects: 2, evicted: 1 });
    await get(port, '/1');
    expect(asked.length).toBe(3);
    await get(port, '/2');
    expect(asked.length).toBe(4);
  });

  it('stores nothing that was cut, and nothing too large', async () => {
    const { port, stats } = await caching(
      (outgoing, incoming) => {
        says('max-age=60')(outgoing);
        if (incoming.url === '/large') outgoing.end('x'.repeat(3000));
        else outgoing.write('half', () => outgoing.destroy());
        Object.defineProperty(outgoing, 'writableEnded', { value: true });
      },
      { maxObjectBytes: 2000 },
    );
    await expect(get(port, '/cut')).rejects.toThrow();
    expect((await get(port, '/large')).text.length).toBe(3000);
    expect(stats().objects).toBe(0);
  });
});
