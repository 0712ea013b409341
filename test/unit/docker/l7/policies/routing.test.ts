import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import type { LimitStats, RoutingStats } from '../../../../../docker/protocol/l7/policy-stats.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';

afterEach(cleanUp);

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(port: number, path: string, headers: Record<string, string> = {}, body?: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

interface Echo {
  readonly by: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const echo = (got: Got) => JSON.parse(got.body) as Echo;

/** Two backends, t1 in group one and t2 in group two, that say what they were asked. */
async function routed(routing: L7Patch['routing'], more: L7Patch = {}) {
  const heard: Echo[] = [];
  const backend = (by: string) =>
    httpBackend((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk) => (body += String(chunk)));
      incoming.on('end', () => {
        const said = { by, url: incoming.url, headers: incoming.headers, body } as Echo;
        heard.push(said);
        outgoing.setHeader('set-cookie', ['id=1; Path=/; HttpOnly']);
        outgoing.setHeader('server', by);
        outgoing.end(JSON.stringify(said));
      });
    });
  const [one, two] = [await backend('t1'), await backend('t2')];
  const groups = { one: { targets: ['t1'] }, two: { targets: ['t2'] }, ...routing?.groups };
  const made = await proxyTo([one.port, two.port], { ...more, routing: { ...routing, groups } });
  const stats = () => made.proxy.pipeline.stats().routing as unknown as RoutingStats;
  return { ...made, heard, stats };
}

describe('routing', () => {
  it('sends each path to its group, and counts by route and by group', async () => {
    const { port, stats, log } = await routed({
      routes: { api: { match: { path: '/api' }, forward: { one: 1 } }, rest: { forward: { two: 1 } } },
    });
    expect(echo(await ask(port, '/api/users')).by).toBe('t1');
    expect(echo(await ask(port, '/other')).by).toBe('t2');
    expect(echo(await ask(port, '/api')).by).toBe('t1');
    await waitUntil(() => log.length === 3);
    const { routes, groups, unmatched } = stats();
    expect(unmatched).toBe(0);
    expect(routes.api).toMatchObject({ requests: 2, byStatus: { 200: 2 }, byGroup: { one: 2 } });
    expect(Object.values(routes.api?.latency ?? {}).reduce((a, b) => a + b, 0)).toBe(2);
    expect(groups.two).toMatchObject({ requests: 1, byStatus: { 200: 1 }, inFlight: 0 });
    expect(log[0]?.why).toEqual(['routing: api: path /api/* -> one']);
  });

  it('answers 404 itself where no route fits, and 400 to a path that is none', async () => {
    const { port, stats, heard } = await routed({
      routes: { api: { match: { path: '/api' }, forward: { one: 1 } } },
    });
    expect((await ask(port, '/x')).status).toBe(404);
    expect((await ask(port, '/api/%2e%2e/%2e%2e/secret')).status).toBe(400);
    expect(stats().unmatched).toBe(1);
    expect(heard).toEqual([]);
  });

  it('splits by weight, and shifts without forgetting what it counted', async () => {
    const routing = (one: number, two: number) => ({
      groups: { one: { targets: ['t1'] }, two: { targets: ['t2'] } },
      routes: { all: { forward: { one, two } } },
    });
    const { port, stats, change } = await routed(routing(1, 0));
    for (let n = 0; n < 5; n += 1) await ask(port, '/');
    change({ routing: routing(0, 1) });
    for (let n = 0; n < 5; n += 1) expect(echo(await ask(port, '/')).by).toBe('t2');
    await waitUntil(() => stats().routes.all?.byStatus['200'] === 10);
    expect(stats().routes.all).toMatchObject({ requests: 10, byGroup: { one: 5, two: 5 } });
    expect(stats().groups.one?.requests).toBe(5);
  });

  it('puts what the groups of its pattern took into the new path, as NGINX does', async () => {
    const { port } = await routed({
      routes: {
        old: {
          match: { path: '^(?i:/foo(/|$)(.*))', pathIs: 'regex' },
          forward: { one: 1 },
          rewrite: { path: '/new/$2' },
        },
        plain: { match: { path: '/$1' }, forward: { one: 1 }, rewrite: { path: '/is$1' } },
      },
    });
    expect(echo(await ask(port, '/foo/a/b?q=$1')).url).toBe('/new/a/b?q=$1');
    expect(echo(await ask(port, '/FOO')).url).toBe('/new/');
    expect(echo(await ask(port, '/foo/$1')).url).toBe('/new/$1');
    expect(echo(await ask(port, '/$1')).url).toBe('/is$1');
  });

  it('rewrites path and host, edits headers and cookies both ways', async () => {
    const { port } = await routed({
      routes: {
        old: {
          match: { path: '/v1/api' },
          forward: { one: 1 },
          rewrite: { prefix: '/api', host: 'internal.test' },
          requestHeaders: { remove: ['authorization'], set: { 'x-team': 'shop' } },
          responseHeaders: { remove: ['server'], add: { 'x-served': 'old' } },
          requestCookies: { remove: ['tracker'], set: { tier: 'gold' } },
          responseCookies: { id: { path: '/shop', secure: true } },
        },
      },
    });
    const got = await ask(port, '/v1/api/users?q=1', {
      authorization: 'secret',
      cookie: 'user=u1; tracker=9',
    });
    expect(echo(got)).toMatchObject({
      url: '/api/users?q=1',
      headers: { host: 'internal.test', 'x-team': 'shop', cookie: 'user=u1; tier=gold' },
    });
    expect(echo(got).headers).not.toHaveProperty('authorization');
    expect(got.headers).not.toHaveProperty('server');
    expect(got.headers).toMatchObject({
      'x-served': 'old',
      'set-cookie': ['id=1; HttpOnly; Path=/shop; Secure'],
    });
  });

  it('redirects, answers by itself, and says that it did', async () => {
    const { port, proxy, log } = await routed({
      routes: {
        old: { match: { path: '/old' }, redirect: { status: 301, prefix: '/new' } },
        robots: { match: { path: '/robots.txt', pathIs: 'exact' }, respond: { body: 'none' } },
        loop: { match: { path: '/loop' }, redirect: {} },
      },
    });
    const headers = { host: 'shop.test:8080' };
    expect(await ask(port, '/old/a?b=1', headers)).toMatchObject({
      status: 301,
      headers: { location: 'http://shop.test:8080/new/a?b=1' },
    });
    expect(await ask(port, '/robots.txt')).toMatchObject({ status: 200, body: 'none' });
    expect((await ask(port, '/loop', headers)).status).toBe(500);
    await waitUntil(() => log.length === 3);
    expect(proxy.byPolicy).toEqual({ routing: 3 });
  });

  it('copies requests with their bodies to a mirror whose answer nobody sees, and which is told', async () => {
    const { port, heard, stats } = await routed({
      routes: { all: { forward: { one: 1 }, mirror: { group: 'two' } } },
    });
    expect(echo(await ask(port, '/a', { 'x-blindspot-client': 'client' })).by).toBe('t1');
    expect(echo(await ask(port, '/b', {}, 'body'))).toMatchObject({ by: 't1', body: 'body' });
    await waitUntil(() => stats().routes.all?.mirrored.answered === 2);
    const copies = heard.filter(({ by }) => by === 't2');
    expect(copies.map(({ url, body }) => [url, body])).toEqual([
      ['/a', ''],
      ['/b', 'body'],
    ]);
    expect(copies[0]?.headers['x-blindspot-mirror']).toBe('1');
    expect(copies[0]?.headers).not.toHaveProperty('x-blindspot-client');
    expect(stats().routes.all).toMatchObject({ requests: 2, byGroup: { one: 2 } });
  });

  it('opens the circuit at the limit of a group, at once', async () => {
    const held: (() => void)[] = [];
    const slow = await httpBackend((_, outgoing) => void held.push(() => outgoing.end('late')));
    const { port, proxy } = await proxyTo([slow.port], {
      routing: {
        groups: { one: { targets: ['t1'], maxRequests: 1 } },
        routes: { all: { forward: { one: 1 } } },
      },
    });
    const first = ask(port, '/');
    await waitUntil(() => held.length === 1);
    expect((await ask(port, '/')).status).toBe(503);
    held[0]?.();
    expect((await first).status).toBe(200);
    const routing = proxy.pipeline.stats().routing as unknown as RoutingStats;
    expect(routing.groups.one).toMatchObject({ requests: 1, refused: 1 });
  });

  it('refuses a route to a group that does not exist, and says where', async () => {
    await expect(routed({ routes: { all: { forward: { three: 1 } } } })).rejects.toThrow(
      'there is no group \\"three\\"',
    );
  });
});

describe('stickiness in the proxy', () => {
  const cookieOf = (got: Got) =>
    [got.headers['set-cookie'] ?? []].flat().find((line) => line.startsWith('BLINDSPOTLB='));

  it('brings a user back to the same target, and elsewhere once it may not serve', async () => {
    const { port, change, proxy, group } = await routed({}, { sticky: { mode: 'duration' } });
    const first = await ask(port, '/');
    const home = echo(first).by;
    const cookie = cookieOf(first)?.split(';')[0] ?? '';
    for (let n = 0; n < 4; n += 1) expect(echo(await ask(port, '/', { cookie })).by).toBe(home);
    change({ targets: group.members.map(({ target }) => ({ ...target, draining: target.id === home })) });
    const moved = await ask(port, '/', { cookie });
    expect(echo(moved).by).not.toBe(home);
    expect(cookieOf(moved)).toBeDefined();
    expect(proxy.pipeline.stats().sticky).toEqual({ kept: 4, moved: 1, fresh: 1 });
  });
});

describe('rate limits in the proxy', () => {
  it('answers 429 with when to come again, and lets other paths through', async () => {
    const { port, proxy, heard } = await routed(
      {},
      {
        limits: {
          rules: {
            search: {
              match: { path: '/api/search' },
              requests: 2,
              perMs: 60_000,
              by: 'header',
              name: 'x-user',
            },
          },
        },
      },
    );
    const search = (user: string) => ask(port, '/api/search?q=a', { 'x-user': user });
    expect([(await search('u1')).status, (await search('u1')).status]).toEqual([200, 200]);
    const refused = await search('u1');
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ 'retry-after': '60', 'ratelimit-policy': '"search";q=2;w=60' });
    expect((await search('u2')).headers.ratelimit).toBe('"search";r=1;t=60');
    expect((await ask(port, '/api/healthcheck', { 'x-user': 'u1' })).status).toBe(200);
    expect(heard).toHaveLength(4);
    const limits = proxy.pipeline.stats().limits as unknown as LimitStats;
    expect(limits.rules.search).toEqual({
      words: '2 in 60 s for each x-user, path /api/search/*',
      allowed: 3,
      refused: 1,
    });
  });
});
