import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../../docker/l7/policies/rate-limit/redis-store.ts';
import { createRedisClient } from '../../../../docker/lib/redis/redis-client.ts';
import { createReplyReader, RedisRefusal, spell } from '../../../../docker/lib/redis/resp.ts';
import { waitUntil } from '../../../support/wait.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real Redis of this test's own. */
async function redis() {
  const dir = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir],
    {
      stdio: 'ignore',
    },
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  cleanups.push(async () => {
    await stop();
    await rm(dir, { recursive: true });
  });
  const client = createRedisClient({ address: '127.0.0.1', port }, 5000);
  cleanups.push(() => client.close());
  await waitUntil(
    () =>
      client.command('PING').then(
        (reply) => reply === 'PONG',
        () => false,
      ),
    15_000,
  );
  return { client, stop, port };
}

describe('RESP', () => {
  it('reads replies split at any byte', () => {
    const bytes = Buffer.from('+OK\r\n:-7\r\n$5\r\nh\r\nlo\r\n$-1\r\n*2\r\n:1\r\n*1\r\n+a\r\n-ERR no\r\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = createReplyReader();
      const replies = [...reader.feed(bytes.subarray(0, cut)), ...reader.feed(bytes.subarray(cut))];
      expect(replies.slice(0, 5)).toEqual(['OK', -7, 'h\r\nlo', null, [1, ['a']]]);
      expect(replies[5]).toBeInstanceOf(RedisRefusal);
    }
  });

  it('refuses what is not a reply', () => {
    expect(() => createReplyReader().feed(Buffer.from('HTTP/1.1 400\r\n'))).toThrow('not a reply of Redis');
    expect(() => createReplyReader().feed(Buffer.from('$999999999\r\n'))).toThrow('a length');
  });

  it('spells arguments that no byte in them can end', () => {
    expect(spell(['SET', 'a\r\nb', 'é'])).toBe('*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$2\r\né\r\n');
  });
});

const here = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

describe.skipIf(!here)('with a real Redis (needs redis-server)', () => {
  it('answers commands in order, refusals too, and scripts by their hash', async () => {
    const { client } = await redis();
    const replies = await Promise.allSettled([
      client.command('SET', 'a', '1'),
      client.command('INCR', 'a'),
      client.command('WHAT'),
      client.command('GET', 'a'),
      client.script("return {ARGV[1], redis.call('GET', KEYS[1])}", ['a'], ['x']),
    ]);
    expect(replies.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([
      'OK',
      2,
      'refused',
      '2',
      ['x', '2'],
    ]);
  });

  it('lets in exactly so many, however many proxies ask at once', async () => {
    const { client, port } = await redis();
    const other = createRedisClient({ address: '127.0.0.1', port }, 5000);
    cleanups.push(() => other.close());
    const stores = [createRedisStore(client), createRedisStore(other)];
    const quota = { requests: 10, perMs: 60_000, burst: 0 } as const;
    for (const algorithm of ['sliding-window', 'token-bucket'] as const) {
      const asked = Array.from({ length: 60 }, (_, n) =>
        stores[n % 2]?.take('all', 'k', { ...quota, algorithm }),
      );
      const decisions = await Promise.all(asked.map(async (one) => await one));
      expect(decisions.filter((one) => one?.allowed === true)).toHaveLength(10);
      const refused = decisions.find((one) => one?.allowed === false);
      expect(refused?.resetMs).toBeGreaterThan(0);
      expect(refused?.resetMs).toBeLessThanOrEqual(60_000);
    }
    expect((await stores[0]?.take('all', 'other', { ...quota, algorithm: 'sliding-window' }))?.allowed).toBe(
      true,
    );
  });

  it('fails what waits when Redis goes, and comes back with it', async () => {
    const { client, stop } = await redis();
    await stop();
    await expect(client.command('PING')).rejects.toThrow(/Redis/);
  });
});
