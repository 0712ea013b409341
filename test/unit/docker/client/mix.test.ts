import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createCookieJar } from '../../../../docker/client/cookie-jar.ts';
import { createMix } from '../../../../docker/client/mix.ts';
import { createLatencyCounter } from '../../../../docker/lib/latency-buckets.ts';
import { clientSettingsSchema } from '../../../../docker/protocol/client.ts';
import { startTestClient } from './rig.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const base = { address: '127.0.0.1', port: 1 };

describe('mix', () => {
  it('draws by share, and lays each kind over the settings', () => {
    const settings = clientSettingsSchema.parse({
      ...base,
      headers: { a: '1' },
      mix: {
        api: { share: 3, path: '/api' },
        video: { share: 1, path: '/video', method: 'POST', bodyBytes: 5, headers: { b: '2' } },
        none: { share: 0, path: '/none' },
      },
    });
    const mix = createMix(settings);
    const turn = { user: 0, round: 0 };
    expect([0, 0.74, 0.75, 0.99].map((at) => mix(turn, () => at).route)).toEqual([
      'api',
      'api',
      'video',
      'video',
    ]);
    expect(mix(turn, () => 0.8)).toMatchObject({
      path: '/video',
      named: true,
      as: { method: 'POST', bodyBytes: 5, headers: { a: '1', b: '2' } },
    });
    expect(mix(turn, () => 0).as).toMatchObject({ method: 'GET', headers: { a: '1' } });
  });

  it('goes through the paths where there is none', () => {
    const mix = createMix(clientSettingsSchema.parse({ ...base, paths: ['/a', '/b'] }));
    expect(mix({ user: 1, round: 2 }, () => 0)).toMatchObject({ route: '/b', path: '/b', named: false });
  });
});

describe('latency buckets', () => {
  it('counts by a bound that is at most 9 % too high', () => {
    const counter = createLatencyCounter();
    for (const ms of [0, 0.1, 1, 100, 100, 5000]) counter.record(ms);
    const view = counter.view();
    expect(view['0.25']).toBe(2);
    expect(view['1']).toBe(1);
    const [hundred] = Object.entries(view)
      .filter(([, count]) => count === 2 && view['0.25'] !== undefined)
      .slice(-1);
    expect(Number(hundred?.[0])).toBeGreaterThanOrEqual(100);
    expect(Number(hundred?.[0])).toBeLessThan(109.1);
    expect(Object.values(view).reduce((a, b) => a + b, 0)).toBe(6);
  });
});

describe('cookie jar', () => {
  it('sends back what it was given, until that expires or is taken back', () => {
    let now = Date.UTC(2026, 0, 1);
    const jar = createCookieJar(() => now);
    jar.keep(0, [
      'a=1; Path=/; HttpOnly',
      'b=x=y; Max-Age=10',
      'c=3; Expires=Thu, 01 Jan 2026 00:00:20 GMT',
      'junk',
    ]);
    expect(jar.of(0)).toBe('a=1; b=x=y; c=3');
    expect(jar.of(1)).toBe('');
    now += 11_000;
    expect(jar.of(0)).toBe('a=1; c=3');
    jar.keep(0, ['a=2', 'c=; Max-Age=0']);
    expect(jar.of(0)).toBe('a=2');
  });
});

describe('client with a mix and a jar', () => {
  it('asks as each kind says, counts it by name, and sends cookies back to their server', async () => {
    const seen: IncomingMessage[] = [];
    const bodies = new Set<string>();
    const server = createServer((request, response) => {
      seen.push(request);
      request.on('data', (bytes) => bodies.add(String(bytes)));
      const user = String(request.headers['x-blindspot-user']);
      response.setHeader('x-blindspot-server', 'server-1');
      response.setHeader('set-cookie', `SESSION=of-${user}; Path=/`);
      response.writeHead(request.url === '/bad' ? 503 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const client = startTestClient((server.address() as AddressInfo).port, {
      rate: 200,
      total: 20,
      users: 2,
      cookieJar: true,
      mix: {
        good: { share: 1, path: '/good/{user}', headers: { 'x-key': 'key-{user}' } },
        bad: { share: 1, path: '/bad', method: 'POST', body: 'é=1' },
      },
    });
    cleanups.push(() => client.stop());
    // Cookies come with the first answers; those of the second turn have them for certain.
    await client.quiet();
    client.patch({ running: true });
    const { mix, answered } = await client.quiet();
    expect(answered).toBe(40);
    expect((mix?.good?.sent ?? 0) + (mix?.bad?.sent ?? 0)).toBe(40);
    expect(mix?.good?.byStatus).toEqual({ '200': mix?.good?.sent });
    expect(mix?.bad?.byStatus).toEqual({ '503': mix?.bad?.sent });
    expect(mix?.bad?.byServer).toEqual({ 'server-1': mix?.bad?.sent });
    expect([...bodies]).toEqual(['é=1']);
    const last = seen.at(-1);
    const user = String(last?.headers['x-blindspot-user']);
    expect(last?.headers.cookie).toBe(`user=${user}; SESSION=of-${user}`);
    for (const { url, method, headers } of seen) {
      if (url === '/bad')
        expect([method, headers['content-length'], headers['x-key']]).toEqual(['POST', '4', undefined]);
      else
        expect([url, headers['x-key']]).toEqual([
          `/good/${String(headers['x-blindspot-user'])}`,
          `key-${String(headers['x-blindspot-user'])}`,
        ]);
    }
  });
});
