import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../../docker/protocol/balancer.ts';
import { cleanUp, httpBackend, proxyTo } from '../../rig.ts';
import { get } from '../get.ts';

afterEach(cleanUp);

type Fields = Readonly<Record<string, string | string[]>>;

interface Case {
  readonly name: string;
  /** What the target says the first time; and the second, where that differs. */
  readonly says: Fields;
  readonly status?: number;
  readonly thenStatus?: number;
  readonly thenSays?: Fields;
  /** What the client says, first and second. */
  readonly asks?: Readonly<Record<string, string>>;
  readonly thenAsks?: Readonly<Record<string, string>>;
  readonly thenMethod?: string;
  /** Between the two. */
  readonly between?: {
    readonly method: string;
    readonly path: string;
    readonly status?: number;
    readonly says?: Fields;
  };
  /** The second request: answered from the store, sent on, or sent on with a condition. */
  readonly second: 'stored' | 'asked' | 'asked if changed';
  readonly settings?: NonNullable<L7Patch['cache']>;
}

const now = new Date().toUTCString();
const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
const anHourAgo = new Date(Date.now() - 3_600_000).toUTCString();
const longAgo = 'Thu, 01 Jan 2015 00:00:00 GMT';
const fresh = { 'cache-control': 'max-age=3600' };
const tagged = { etag: '"a"' };

/** RFC 9111, by its sections. Time passes by Age alone: an answer that is 100 s old says so. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  'what may be stored (3)': [
    { name: 'nothing is said', says: {}, second: 'asked' },
    { name: 'max-age', says: fresh, second: 'stored' },
    { name: 'a status that nobody knows, with max-age', says: fresh, status: 299, second: 'stored' },
    { name: '404 with max-age', says: fresh, status: 404, second: 'stored' },
    { name: '500 with max-age', says: fresh, status: 500, second: 'stored' },
    { name: '206', says: { ...fresh, 'content-range': 'bytes 0-5/10' }, status: 206, second: 'asked' },
    { name: 'private with a field', says: { 'cache-control': 'max-age=3600, private="x"' }, second: 'asked' },
    { name: 'no-store beside max-age', says: { 'cache-control': 'max-age=3600, no-store' }, second: 'asked' },
    {
      name: 'no-store in a second line',
      says: { 'cache-control': ['max-age=3600', 'no-store'] },
      second: 'asked',
    },
    {
      name: 'a word inside quotes is no directive',
      says: { 'cache-control': 'max-age=3600, x="a, no-store"' },
      second: 'stored',
    },
    { name: 'names in capitals', says: { 'cache-control': 'MAX-AGE=3600' }, second: 'stored' },
    { name: 'NO-STORE in capitals', says: { 'cache-control': 'MaX-aGe=3600, No-StOrE' }, second: 'asked' },
    {
      name: 'a directive that nobody knows',
      says: { 'cache-control': 'max-age=3600, x-new=1' },
      second: 'stored',
    },
    { name: 'empty members', says: { 'cache-control': ', max-age=3600,,' }, second: 'stored' },
    {
      name: 'Authorization',
      says: fresh,
      asks: { authorization: 'Basic eA==' },
      thenAsks: { authorization: 'Basic eA==' },
      second: 'asked',
    },
    {
      name: 'Authorization and public',
      says: { 'cache-control': 'max-age=3600, public' },
      asks: { authorization: 'Basic eA==' },
      second: 'stored',
    },
    {
      name: 'Authorization and s-maxage',
      says: { 'cache-control': 's-maxage=3600' },
      asks: { authorization: 'Basic eA==' },
      second: 'stored',
    },
    {
      name: 'Authorization and must-revalidate',
      says: { 'cache-control': 'max-age=3600, must-revalidate' },
      asks: { authorization: 'Basic eA==' },
      second: 'stored',
    },
  ],
  'what must be understood (5.2.2.3)': [
    {
      name: 'a status that is known, whatever no-store says',
      says: { 'cache-control': 'max-age=3600, no-store, must-understand' },
      second: 'stored',
    },
    {
      name: 'a status that is not',
      says: { 'cache-control': 'max-age=3600, must-understand' },
      status: 299,
      second: 'asked',
    },
  ],
  'what must be asked for each time (5.2.2.4)': [
    {
      name: 'no-cache with a tag',
      says: { 'cache-control': 'no-cache', ...tagged },
      second: 'asked if changed',
    },
    { name: 'no-cache without one', says: { 'cache-control': 'no-cache' }, second: 'asked' },
  ],
  'what is said to caches like this one (RFC 9213)': [
    { name: 'off, it is anybody’s', says: { 'cdn-cache-control': 'max-age=3600' }, second: 'asked' },
    ...(
      [
        ['it counts', { 'cdn-cache-control': 'max-age=3600' }, 'stored'],
        [
          'before Cache-Control',
          { 'cdn-cache-control': 'max-age=3600', 'cache-control': 'no-store' },
          'stored',
        ],
        ['to forbid, too', { 'cdn-cache-control': 'no-store', 'cache-control': 'max-age=3600' }, 'asked'],
        ['private', { 'cdn-cache-control': 'private', 'cache-control': 'max-age=3600' }, 'asked'],
        ['before Expires', { 'cdn-cache-control': 'max-age=0', expires: inAnHour, date: now }, 'asked'],
        ['of one key the last', { 'cdn-cache-control': 'max-age=0, max-age=3600' }, 'stored'],
        ['with parameters', { 'cdn-cache-control': 'max-age=3600;x="a, b";y' }, 'stored'],
        ['false is not said', { 'cdn-cache-control': 'max-age=3600, no-store=?0' }, 'stored'],
        ['no dictionary', { 'cdn-cache-control': 'max-age=3600, &' }, 'asked'],
        ['no dictionary, and Cache-Control', { 'cdn-cache-control': 'max-age=0, &', ...fresh }, 'stored'],
        ['empty, and Cache-Control', { 'cdn-cache-control': '', ...fresh }, 'stored'],
        ['a comma at the end', { 'cdn-cache-control': 'max-age=0,', ...fresh }, 'stored'],
      ] as const
    ).map(([name, says, second]): Case => ({ name, says, second, settings: { targeted: true } })),
  ],
  'for how long (4.2)': [
    {
      name: 'Last-Modified long ago, of a status that nobody knows, but public',
      says: { 'last-modified': longAgo, date: now, 'cache-control': 'public' },
      status: 299,
      second: 'stored',
    },
    ...(
      [
        ['two digits of a year', 'Friday, 18-Aug-50 02:01:18 GMT', 'stored'],
        ['two digits of a year that is past', 'Friday, 18-Aug-95 02:01:18 GMT', 'asked'],
        ['as C writes it', 'Thu Aug 18 02:01:18 2050', 'stored'],
        ['another time zone', 'Thu, 18 Aug 2050 02:01:18 UTC', 'asked'],
        ['no comma', 'Thu 18 Aug 2050 02:01:18 GMT', 'asked'],
        ['spaces', 'Thu, 18  Aug  2050 02:01:18 GMT', 'asked'],
        ['dashes', 'Thu, 18-Aug-2050 02:01:18 GMT', 'asked'],
        ['one digit of an hour', 'Thu, 18 Aug 2050 2:01:18 GMT', 'asked'],
        ['a day that there is not', 'Thu, 31 Jun 2050 02:01:18 GMT', 'asked'],
        ['a month that there is not', 'Thu, 30 Foo 2050 02:01:18 GMT', 'asked'],
      ] as const
    ).map(([name, expires, second]): Case => ({
      name: `Expires with ${name}`,
      says: { expires, date: now },
      second,
    })),
    { name: 'max-age that is over', says: { ...fresh, age: '3601' }, second: 'asked' },
    { name: 'max-age that is nearly over', says: { ...fresh, age: '3500' }, second: 'stored' },
    {
      name: 's-maxage before max-age',
      says: { 'cache-control': 'max-age=1, s-maxage=3600', age: '100' },
      second: 'stored',
    },
    { name: 'max-age before Expires', says: { ...fresh, expires: anHourAgo }, second: 'stored' },
    {
      name: 'max-age=0 before Expires',
      says: { 'cache-control': 'max-age=0', expires: inAnHour },
      second: 'asked',
    },
    { name: 'Expires in an hour', says: { expires: inAnHour, date: now }, second: 'stored' },
    { name: 'Expires an hour ago', says: { expires: anHourAgo }, second: 'asked' },
    { name: 'Expires: 0', says: { expires: '0' }, second: 'asked' },
    { name: 'Expires that is no date', says: { expires: 'soon' }, second: 'asked' },
    { name: 'max-age that is no number', says: { 'cache-control': 'max-age=a' }, second: 'asked' },
    { name: 'max-age below nought', says: { 'cache-control': 'max-age=-3600' }, second: 'asked' },
    { name: 'max-age with a fraction', says: { 'cache-control': 'max-age=3600.5' }, second: 'asked' },
    { name: 'max-age in quotes', says: { 'cache-control': 'max-age="3600"' }, second: 'stored' },
    { name: 'max-age beyond 31 bits', says: { 'cache-control': 'max-age=99999999999' }, second: 'stored' },
    { name: 'an Age that is no number', says: { ...fresh, age: 'old' }, second: 'stored' },
    { name: 'a Date long ago', says: { ...fresh, date: longAgo }, second: 'asked' },
    {
      name: 'Last-Modified long ago: a tenth of it',
      says: { 'last-modified': longAgo, date: now },
      second: 'stored',
    },
    {
      name: 'the same of a status that is not to be guessed',
      says: { 'last-modified': longAgo, date: now },
      status: 201,
      second: 'asked',
    },
    {
      name: 'no-cache',
      says: { 'cache-control': 'no-cache, max-age=3600', ...tagged },
      second: 'asked if changed',
    },
    {
      name: 'over, and with a tag',
      says: { 'cache-control': 'max-age=1', age: '100', ...tagged },
      second: 'asked if changed',
    },
    {
      name: 'over, and with a date',
      says: { 'cache-control': 'max-age=1', age: '100', 'last-modified': longAgo },
      second: 'asked if changed',
    },
  ],
  'what it depends on (4.1)': [
    {
      name: 'Vary, the same',
      says: { ...fresh, vary: 'X-One' },
      asks: { 'x-one': '1' },
      thenAsks: { 'x-one': '1' },
      second: 'stored',
    },
    {
      name: 'Vary, another',
      says: { ...fresh, vary: 'X-One' },
      asks: { 'x-one': '1' },
      thenAsks: { 'x-one': '2' },
      second: 'asked',
    },
    {
      name: 'Vary, and then not said',
      says: { ...fresh, vary: 'X-One' },
      asks: { 'x-one': '1' },
      second: 'asked',
    },
    { name: 'Vary, never said', says: { ...fresh, vary: 'X-One' }, second: 'stored' },
    {
      name: 'Vary by two, one of which differs',
      says: { ...fresh, vary: 'X-One, X-Two' },
      asks: { 'x-one': '1', 'x-two': '1' },
      thenAsks: { 'x-one': '1', 'x-two': '2' },
      second: 'asked',
    },
    {
      name: 'Vary in two lines',
      says: { ...fresh, vary: ['X-One', 'X-Two'] },
      asks: { 'x-two': '1' },
      thenAsks: { 'x-two': '2' },
      second: 'asked',
    },
    {
      name: 'Vary by what lists wishes, with other spaces and capitals',
      says: { ...fresh, vary: 'Accept-Language' },
      asks: { 'accept-language': 'en-GB, de;q=0.5' },
      thenAsks: { 'accept-language': 'EN-gb,de; q=0.5' },
      second: 'stored',
    },
    {
      name: 'Vary by anything else, with other capitals',
      says: { ...fresh, vary: 'X-One' },
      asks: { 'x-one': 'a' },
      thenAsks: { 'x-one': 'A' },
      second: 'asked',
    },
    { name: 'Vary: * among others', says: { ...fresh, vary: 'X-One, *' }, second: 'asked' },
  ],
  'what a client wants (5.2.1)': [
    {
      name: 'no-cache',
      says: { ...fresh, ...tagged },
      thenAsks: { 'cache-control': 'no-cache' },
      second: 'asked if changed',
    },
    { name: 'Pragma: no-cache', says: fresh, thenAsks: { pragma: 'no-cache' }, second: 'asked' },
    { name: 'max-age=0', says: fresh, thenAsks: { 'cache-control': 'max-age=0' }, second: 'asked' },
    {
      name: 'max-age that is met',
      says: { ...fresh, age: '10' },
      thenAsks: { 'cache-control': 'max-age=60' },
      second: 'stored',
    },
    {
      name: 'max-age that is not',
      says: { ...fresh, age: '100' },
      thenAsks: { 'cache-control': 'max-age=60' },
      second: 'asked',
    },
    {
      name: 'min-fresh that is met',
      says: fresh,
      thenAsks: { 'cache-control': 'min-fresh=60' },
      second: 'stored',
    },
    {
      name: 'min-fresh that is not',
      says: { ...fresh, age: '3590' },
      thenAsks: { 'cache-control': 'min-fresh=60' },
      second: 'asked',
    },
    {
      name: 'max-stale',
      says: { ...fresh, age: '3700' },
      thenAsks: { 'cache-control': 'max-stale=1000' },
      second: 'stored',
    },
    {
      name: 'max-stale of too little',
      says: { ...fresh, age: '3700' },
      thenAsks: { 'cache-control': 'max-stale=10' },
      second: 'asked',
    },
    {
      name: 'max-stale against must-revalidate',
      says: { 'cache-control': 'max-age=3600, must-revalidate', age: '3700' },
      thenAsks: { 'cache-control': 'max-stale=1000' },
      second: 'asked',
    },
    {
      name: 'max-stale against s-maxage',
      says: { 'cache-control': 's-maxage=3600', age: '3700' },
      thenAsks: { 'cache-control': 'max-stale=1000' },
      second: 'asked',
    },
    { name: 'no-store', says: fresh, asks: { 'cache-control': 'no-store' }, second: 'asked' },
    { name: 'a range', says: fresh, thenAsks: { range: 'bytes=0-1' }, second: 'stored' },
    {
      name: 'a range of what is over',
      says: { ...fresh, age: '3700' },
      thenAsks: { range: 'bytes=0-1' },
      second: 'asked',
    },
    { name: 'HEAD, of what GET had', says: fresh, thenMethod: 'HEAD', second: 'stored' },
    { name: 'POST', says: fresh, thenMethod: 'POST', second: 'asked' },
  ],
  'what makes it untrue (4.4)': [
    ...['POST', 'PUT', 'DELETE', 'MKCOL'].map((method): Case => ({
      name: method,
      says: fresh,
      between: { method, path: '/x' },
      second: 'asked',
    })),
    {
      name: 'a POST that failed',
      says: fresh,
      between: { method: 'POST', path: '/x', status: 500 },
      second: 'stored',
    },
    { name: 'OPTIONS', says: fresh, between: { method: 'OPTIONS', path: '/x' }, second: 'stored' },
    { name: 'a POST elsewhere', says: fresh, between: { method: 'POST', path: '/y' }, second: 'stored' },
    {
      name: 'a POST elsewhere that names it as Location',
      says: fresh,
      between: { method: 'POST', path: '/y', status: 201, says: { location: '/x' } },
      second: 'asked',
    },
    {
      name: 'a POST elsewhere that names it as Content-Location',
      says: fresh,
      between: { method: 'POST', path: '/y', says: { 'content-location': '/x' } },
      second: 'asked',
    },
    {
      name: 'a POST that names it on another host',
      says: fresh,
      between: { method: 'POST', path: '/y', says: { location: 'http://other.test/x' } },
      second: 'stored',
    },
  ],
};

async function hold(one: Case): Promise<void> {
  const seen: { method: string; conditional: boolean }[] = [];
  const target = await httpBackend((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const put = (fields: Fields) => {
      for (const [name, value] of Object.entries(fields)) outgoing.setHeader(name, value);
    };
    if (url === '/x' && method !== one.between?.method) {
      const again = seen.length > 0;
      seen.push({
        method,
        conditional: headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined,
      });
      outgoing.statusCode = (again ? one.thenStatus : one.status) ?? one.status ?? 200;
      put((again ? one.thenSays : one.says) ?? one.says);
    } else {
      outgoing.statusCode = one.between?.status ?? 200;
      put(one.between?.says ?? {});
    }
    incoming.resume();
    outgoing.end('page');
  });
  const { port } = await proxyTo([target.port], { cache: { enabled: true, ...one.settings } });
  await get(port, '/x', one.asks ?? {});
  if (one.between !== undefined) await get(port, one.between.path, {}, one.between.method);
  await get(port, '/x', one.thenAsks ?? {}, one.thenMethod ?? 'GET');
  const second = seen[1];
  expect(second === undefined ? 'stored' : second.conditional ? 'asked if changed' : 'asked').toBe(
    one.second,
  );
}

describe.each(Object.entries(cases))('a shared cache: %s', (_, list) => {
  it.each(list.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await hold(one);
  });
});

/** A target with one page, which says this; what it was asked for, and how. */
async function page(says: Fields, method?: (said: Fields) => Fields) {
  const asked: string[] = [];
  const target = await httpBackend((incoming, outgoing) => {
    asked.push(incoming.method ?? '');
    const fields = incoming.method === 'HEAD' && method !== undefined ? method(says) : says;
    for (const [name, value] of Object.entries(fields)) outgoing.setHeader(name, value);
    outgoing.end(incoming.method === 'HEAD' ? undefined : 'abcdefghij');
  });
  const { port } = await proxyTo([target.port], { cache: { enabled: true } });
  await get(port, '/x');
  return { port, asked };
}

describe('a part of what is stored (RFC 9110 section 14)', () => {
  it.each([
    ['bytes=0-2', 206, 'abc', 'bytes 0-2/10'],
    ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=-20', 206, 'abcdefghij', 'bytes 0-9/10'],
    ['bytes=8-20', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=3-1', 200, 'abcdefghij', undefined],
    ['bytes=0-1,3-4', 200, 'abcdefghij', undefined],
    ['pages=1-2', 200, 'abcdefghij', undefined],
  ])('%s', async (range, status, text, said) => {
    const { port, asked } = await page({ ...fresh, ...tagged });
    const answer = await get(port, '/x', { range });
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([status, text, said]);
    expect(asked).toEqual(['GET']);
  });

  it.each([
    ['"a"', 206],
    ['"b"', 200],
    ['W/"a"', 200],
    [longAgo, 206],
    [now, 200],
  ])('only of the same: If-Range: %s', async (known, status) => {
    const { port } = await page({ ...fresh, ...tagged, 'last-modified': longAgo });
    expect((await get(port, '/x', { range: 'bytes=0-2', 'if-range': known })).status).toBe(status);
  });
});

describe('what the client holds (RFC 9111 section 4.3.2)', () => {
  it('had not changed after its Date, if it does not say when', async () => {
    const { port, asked } = await page({ 'cache-control': 'max-age=7200', date: anHourAgo });
    expect((await get(port, '/x', { 'if-modified-since': anHourAgo })).status).toBe(304);
    expect((await get(port, '/x', { 'if-modified-since': now })).status).toBe(304);
    expect((await get(port, '/x', { 'if-modified-since': longAgo })).status).toBe(200);
    expect((await get(port, '/x', { 'if-modified-since': 'soon' })).status).toBe(200);
    expect(asked).toEqual(['GET']);
  });
});

describe('what HEAD tells of what is stored (RFC 9111 section 4.3.5)', () => {
  const over = { ...fresh, ...tagged, age: '3700' };

  it('makes it fresh again where it is the same', async () => {
    const { port, asked } = await page(over, () => ({ ...fresh, ...tagged, 'content-length': '10' }));
    await get(port, '/x', {}, 'HEAD');
    expect((await get(port, '/x')).text).toBe('abcdefghij');
    expect(asked).toEqual(['GET', 'HEAD']);
  });

  it.each([
    ['another length', { 'content-length': '9' }],
    ['another tag', { etag: '"b"' }],
  ])('makes it untrue where it has %s', async (_, says) => {
    const { port, asked } = await page(over, () => ({ ...fresh, ...tagged, ...says }));
    await get(port, '/x', {}, 'HEAD');
    await get(port, '/x', { 'cache-control': 'max-stale=10000' });
    expect(asked).toEqual(['GET', 'HEAD', 'GET']);
  });
});
