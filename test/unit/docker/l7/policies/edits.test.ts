import { describe, expect, it } from 'vitest';
import { requestCookieEdits, setCookieEdits } from '../../../../../docker/l7/policies/cookie-edits.ts';
import { headerEdits } from '../../../../../docker/l7/policies/header-edits.ts';
import { normalPath } from '../../../../../docker/l7/policies/normal-path.ts';
import { redirectLocation, rewrittenTarget } from '../../../../../docker/l7/policies/rewrite.ts';
import { createSplit } from '../../../../../docker/l7/policies/split.ts';
import { matchSchema } from '../../../../../docker/protocol/l7/match.ts';
import {
  cookieEditsSchema,
  headerEditsSchema,
  redirectSchema,
  rewriteSchema,
  setCookieEditsSchema,
} from '../../../../../docker/protocol/l7/route.ts';
import { asked } from './request.ts';

describe('header edits', () => {
  it('does nothing where nothing is asked', () => {
    expect(headerEdits(headerEditsSchema.parse({}))).toBeNull();
  });

  it('removes, sets in place of all of that name, and adds', () => {
    const edit = headerEdits(
      headerEditsSchema.parse({ remove: ['Secret'], set: { A: '3' }, add: { B: '2' } }),
    );
    const fields = [
      ['a', '1'],
      ['secret', 'x'],
      ['A', '2'],
      ['b', '1'],
      ['SECRET', 'y'],
    ] as const;
    expect(edit?.(fields)).toEqual([
      ['b', '1'],
      ['A', '3'],
      ['B', '2'],
    ]);
  });
});

describe('cookie edits', () => {
  it('takes one of the client’s cookies away and puts one in, in one field', () => {
    const edit = requestCookieEdits(cookieEditsSchema.parse({ remove: ['tracker'], set: { tier: 'gold' } }));
    expect(
      edit?.([
        ['Cookie', 'user=u1; tracker=9'],
        ['X', '1'],
        ['cookie', 'tier=none'],
      ]),
    ).toEqual([
      ['X', '1'],
      ['Cookie', 'user=u1; tier=gold'],
    ]);
  });

  it('sends no Cookie field where none is left', () => {
    const edit = requestCookieEdits(cookieEditsSchema.parse({ remove: ['a'] }));
    expect(edit?.([['Cookie', 'a=1']])).toEqual([]);
  });

  it('changes the attributes of a cookie that the target sets, and of no other', () => {
    const edit = setCookieEdits({
      id: setCookieEditsSchema.parse({ path: '/shop', secure: true, httpOnly: false, sameSite: 'Lax' }),
    });
    expect(
      edit?.([
        ['Set-Cookie', 'id=a=b; path=/; HttpOnly; Max-Age=5'],
        ['Set-Cookie', 'other=1; Path=/'],
        ['X', 'id=1'],
      ]),
    ).toEqual([
      ['Set-Cookie', 'id=a=b; Max-Age=5; Path=/shop; Secure; SameSite=Lax'],
      ['Set-Cookie', 'other=1; Path=/'],
      ['X', 'id=1'],
    ]);
  });
});

describe('rewriting', () => {
  const rewrite = (target: string, path: string, wanted: object) =>
    rewrittenTarget(asked({ target }), matchSchema.parse({ path }), rewriteSchema.parse(wanted));

  it('replaces the prefix that matched, and keeps what comes after it', () => {
    expect(rewrite('/v1/api/users?q=1', '/v1/api', { prefix: '/api' })).toBe('/api/users?q=1');
    expect(rewrite('/v1/api', '/v1/api/', { prefix: '/' })).toBe('/');
    expect(rewrite('/v1/api/', '/v1/api', { prefix: '/x/' })).toBe('/x/');
    expect(rewrite('/users', '/', { prefix: '/v2' })).toBe('/v2/users');
  });

  it('replaces the whole path, and keeps the query', () => {
    expect(rewrite('/a/b?q=1', '/a', { path: '/c' })).toBe('/c?q=1');
  });

  it('sends the path on as it was judged', () => {
    expect(rewrite('/a/../%62?q=%41', '/', {})).toBe('/b?q=%41');
  });
});

describe('redirect', () => {
  const go = (target: string, wanted: object, authority = 'shop.test:8080') =>
    redirectLocation(
      asked({ target, host: authority }),
      { scheme: 'http', authority },
      matchSchema.parse({ path: '/old' }),
      redirectSchema.parse(wanted),
    );

  it('changes what it is told to, and nothing else', () => {
    expect(go('/old/a?q=1', { scheme: 'https' })).toBe('https://shop.test/old/a?q=1');
    expect(go('/old/a?q=1', { prefix: '/new' })).toBe('http://shop.test:8080/new/a?q=1');
    expect(go('/old', { host: 'www.shop.test', port: 80, path: '/' })).toBe('http://www.shop.test/');
    expect(go('/old', { scheme: 'https', port: 8443 })).toBe('https://shop.test:8443/old');
  });

  it('does not send anybody in a circle', () => {
    expect(go('/old', { path: '/old' })).toBeNull();
    expect(go('/old', { host: 'shop.test' })).toBeNull();
  });
});

describe('split', () => {
  it('goes by weight, and a weight of nought takes nothing', () => {
    const split = createSplit({ a: 95, b: 5, c: 0 });
    expect([0, 0.9499, 0.95, 0.9999].map(split)).toEqual(['a', 'a', 'b', 'b']);
    expect(createSplit({ a: 0 })(0)).toBeNull();
    expect(createSplit({ a: 0, b: 1 })(0.3)).toBe('b');
  });
});

describe('normal path', () => {
  it('writes out what needs no escape, and leaves the rest in capitals', () => {
    expect(normalPath('/%41%2f%2Fb%c3%a9~')).toBe('/A%2F%2Fb%C3%A9~');
  });

  it('removes dot segments as RFC 3986 5.2.4 does', () => {
    expect(['/a/b/c/./../../g', '/a/.', '/a/..', '/.hidden/a', '/a/...', '/'].map(normalPath)).toEqual([
      '/a/g',
      '/a/',
      '/',
      '/.hidden/a',
      '/a/...',
      '/',
    ]);
    expect(normalPath('/%2e%2E/a')).toBeNull();
    expect(normalPath('/a%4')).toBeNull();
  });
});
