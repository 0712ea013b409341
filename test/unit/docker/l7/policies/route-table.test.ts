import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createRouteTable } from '../../../../../docker/l7/policies/route-table.ts';
import { routesSchema } from '../../../../../docker/protocol/l7/route.ts';
import { asked } from './request.ts';
import type { Asked } from './request.ts';

type Matches = Readonly<Record<string, z.input<typeof routesSchema>[string]['match']>>;

function table(matches: Matches) {
  const routes = Object.fromEntries(
    Object.entries(matches).map(([name, match]) => [name, { match, forward: { all: 1 } }]),
  );
  const made = createRouteTable(routesSchema.parse(routes));
  return (request: Asked) => made.find(asked(request))?.name ?? null;
}

describe('route table', () => {
  it('goes by whole segments, and takes the longest prefix', () => {
    const find = table({ any: {}, api: { path: '/api' }, v2: { path: '/api/v2/' } });
    expect(find({ target: '/api' })).toBe('api');
    expect(find({ target: '/api/' })).toBe('api');
    expect(find({ target: '/api/users?x=/api/v2' })).toBe('api');
    expect(find({ target: '/api/v2' })).toBe('v2');
    expect(find({ target: '/api/v2/users/7/posts' })).toBe('v2');
    expect(find({ target: '/api/v20' })).toBe('api');
    expect(find({ target: '/apis' })).toBe('any');
    expect(find({ target: '/' })).toBe('any');
  });

  it('prefers exact to regular expression to prefix', () => {
    const find = table({
      prefix: { path: '/a/b/c' },
      pattern: { path: '^/a/.*$', pathIs: 'regex' },
      longer: { path: '^/a/[a-z]/c$', pathIs: 'regex' },
      exact: { path: '/a/b', pathIs: 'exact' },
    });
    expect(find({ target: '/a/b' })).toBe('exact');
    expect(find({ target: '/a/b/' })).toBe('pattern');
    expect(find({ target: '/a/b/c' })).toBe('longer');
    expect(find({ target: '/z' })).toBeNull();
  });

  it('prefers an exact host to the longest wildcard to any', () => {
    const find = table({
      any: {},
      wide: { hosts: ['*.test'] },
      shops: { hosts: ['*.shop.test'] },
      shop: { hosts: ['shop.test', 'www.shop.test'] },
    });
    expect(find({ host: 'SHOP.test:8080' })).toBe('shop');
    expect(find({ host: 'www.shop.test.' })).toBe('shop');
    expect(find({ host: 'a.b.shop.test' })).toBe('shops');
    expect(find({ host: 'other.test' })).toBe('wide');
    expect(find({ host: 'test' })).toBe('any');
    expect(find({ host: '[::1]:80' })).toBe('any');
    expect(find({ host: '' })).toBe('any');
  });

  it('falls back to a less specific host where no rule of the better one fits', () => {
    const find = table({ any: {}, api: { hosts: ['shop.test'], path: '/api' } });
    expect(find({ target: '/else' })).toBe('any');
  });

  it('prefers a method, then more headers and cookies, then more query parameters, then the first', () => {
    const find = table({
      first: { path: '/a' },
      second: { path: '/a' },
      query: { path: '/a', query: { q: '1' } },
      header: { path: '/a', headers: { 'X-Canary': 'true' } },
      both: { path: '/a', headers: { 'X-Canary': 'true' }, cookies: { beta: { is: 'present', value: '' } } },
      method: { path: '/a', methods: ['POST'] },
    });
    expect(find({ target: '/a' })).toBe('first');
    expect(find({ target: '/a?q=1' })).toBe('query');
    expect(find({ target: '/a?q=2' })).toBe('first');
    expect(find({ target: '/a?q=1', fields: [['x-canary', 'true']] })).toBe('header');
    const fields = [['x-canary', 'true'] as const, ['cookie', 'a=1; beta='] as const];
    expect(find({ target: '/a?q=1', fields })).toBe('both');
    expect(find({ target: '/a', method: 'POST', fields })).toBe('method');
  });

  it('matches values by prefix, pattern, presence and absence', () => {
    const find = table({
      prefix: { headers: { a: { is: 'prefix', value: 'ab' } } },
      regex: { headers: { b: { is: 'regex', value: '^\\d+$' } } },
      absent: { query: { c: { is: 'absent' } } },
    });
    expect(find({ fields: [['A', 'abc']], target: '/?c=1' })).toBe('prefix');
    expect(find({ fields: [['B', '12']], target: '/?c=1' })).toBe('regex');
    expect(find({ fields: [['B', 'x12']], target: '/?c=1' })).toBeNull();
    expect(find({ target: '/' })).toBe('absent');
  });

  it('matches sources by address and by network, both families', () => {
    const find = table({ inside: { sources: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] }, any: {} });
    expect(find({ address: '10.200.3.4' })).toBe('inside');
    expect(find({ address: '192.0.2.7' })).toBe('inside');
    expect(find({ address: '192.0.2.8' })).toBe('any');
    expect(find({ address: '2001:db8:1::5' })).toBe('inside');
    expect(find({ address: '2001:db9::5' })).toBe('any');
  });

  it('judges the path that is meant, however it is spelled', () => {
    const find = table({ any: {}, admin: { path: '/admin' } });
    expect(find({ target: '/%61dmin' })).toBe('admin');
    expect(find({ target: '/x/../admin/y' })).toBe('admin');
    expect(find({ target: '/./admin' })).toBe('admin');
    expect(find({ target: '/admin%2fy' })).toBe('any');
    // Nobody can say what these mean.
    expect(find({ target: '/../admin' })).toBeNull();
    expect(find({ target: '/%zz' })).toBeNull();
    expect(find({ method: 'OPTIONS', target: '*' })).toBe('any');
  });

  it('asks a few maps, not a thousand routes', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [
        `r${n}`,
        { path: `/service-${n}/api`, hosts: n % 2 === 0 ? [] : ['shop.test'] },
      ]),
    );
    const find = table(many);
    expect(find({ target: '/service-998/api/users' })).toBe('r998');
    expect(find({ target: '/service-999/api/users' })).toBe('r999');
    expect(find({ host: 'other.test', target: '/service-999/api/users' })).toBeNull();
  });
});

describe('schema', () => {
  const problems = (route: unknown) =>
    routesSchema.safeParse({ a: route }).error?.issues.map(({ message }) => message) ?? [];

  it('wants one action, and only one', () => {
    const words = 'one of forward, redirect and respond, and only one';
    expect(problems({})).toContain(words);
    expect(problems({ forward: { a: 1 }, respond: {} })).toContain(words);
    expect(problems({ respond: {} })).toEqual([]);
  });

  it('refuses what would break out of a header, and a pattern that is none', () => {
    expect(problems({ respond: {}, requestHeaders: { set: { a: 'b\r\nc: d' } } })).toEqual([
      'a header value on one line',
    ]);
    expect(problems({ respond: {}, match: { path: '(', pathIs: 'regex' } })).toHaveLength(1);
    expect(problems({ respond: {}, match: { headers: { a: { is: 'regex', value: '(' } } } })).toHaveLength(1);
  });
});
