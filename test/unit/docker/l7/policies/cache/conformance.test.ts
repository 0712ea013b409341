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
  'for how long (4.2)': [
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
    { name: 'a range', says: fresh, thenAsks: { range: 'bytes=0-1' }, second: 'asked' },
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
