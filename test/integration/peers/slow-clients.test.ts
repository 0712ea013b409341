import { spawn, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../support/wait.ts';
import { forwarderTo } from '../../unit/docker/l4/rig.ts';
import { cleanUp, httpBackend, onCleanUp, proxyTo } from '../../unit/docker/l7/rig.ts';

/**
 * slowhttptest's clients, who send a head or a body a few bytes at a time, or read an answer so. Through layer 4 they exhaust
 * their own quota of connections; through layer 7 their own patience. Others, from another address, notice nothing.
 */
const why = spawnSync('slowhttptest', ['-h']).error === undefined ? null : 'slowhttptest is not installed';
const attackers = 200;
const attackSeconds = 6;
const quota = 40;
const patienceMs = 1000;
const slow = { head: '-H', body: '-B', read: '-X' } as const;

afterEach(cleanUp);

/** From 127.0.0.1, for some seconds; ends by itself. */
function attack(port: number, how: keyof typeof slow): { over(): boolean } {
  const reading = how === 'read' ? ['-w', '512', '-y', '1024', '-n', '1', '-z', '32'] : [];
  const child = spawn(
    'slowhttptest',
    [
      ...[
        slow[how],
        '-c',
        String(attackers),
        '-r',
        String(attackers),
        '-i',
        '2',
        '-l',
        String(attackSeconds),
      ],
      ...['-p', '3', '-u', `http://127.0.0.1:${port}/slow`, ...reading],
    ],
    { stdio: 'ignore' },
  );
  onCleanUp(() => child.kill('SIGKILL'));
  return { over: () => child.exitCode !== null };
}

/** Somebody else, from an address of his own, on a new connection. */
function honest(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/', localAddress: '127.0.0.9', agent: false, timeout: 20_000 },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

/** Asks again and again for as long as the attack lasts. */
async function honestDuring(running: { over(): boolean }, port: number) {
  const answers: (number | string)[] = [];
  await waitUntil(
    async () => {
      answers.push(await honest(port));
      return running.over();
    },
    60_000,
    'the end of the attack',
  );
  return { asked: answers.length, kinds: [...new Set(answers)] };
}

/** Counts whom it has answered; a slow client's request must not get so far. */
async function countingBackend() {
  let slowOnes = 0;
  const { port } = await httpBackend((incoming, outgoing) => {
    if (incoming.url === '/slow') slowOnes += 1;
    incoming.resume();
    outgoing.end('x'.repeat(200_000));
  });
  return { port, slowOnes: () => slowOnes };
}

describe('slow clients', () => {
  if (why !== null) it.skip(`cannot be run here: ${why}`, () => undefined);

  it.skipIf(why !== null)('hold no more connections through layer 4 than one source may', async () => {
    const backend = await countingBackend();
    const balancer = await forwarderTo([backend.port], { guard: { maxPerSource: quota } });
    onCleanUp(() => balancer.close());
    let most = 0;
    const running = attack(balancer.port, 'head');
    const watch = setInterval(() => (most = Math.max(most, balancer.forwarder.counters.connections.open)), 5);
    onCleanUp(() => clearInterval(watch));
    const others = await honestDuring(running, balancer.port);
    expect(others.kinds).toEqual([200]);
    expect(most).toBeGreaterThan(quota / 2);
    // Beside them one honest connection at a time, and those before it that are not quite closed.
    expect(most).toBeLessThanOrEqual(quota + 5);
    expect(balancer.forwarder.counters.blocked['too-many']).toBeGreaterThan(0);
    await waitUntil(
      () => balancer.forwarder.counters.connections.open === 0,
      20_000,
      'every connection to end',
    );
  });

  it.skipIf(why !== null)(
    'are shown the door by a proxy while they send a head, and reach no target',
    async () => {
      const backend = await countingBackend();
      const { port, proxy } = await proxyTo([backend.port], { http: { headTimeoutMs: patienceMs } });
      const others = await honestDuring(attack(port, 'head'), port);
      expect(others.kinds).toEqual([200]);
      // Only the tool's own probes, whole requests one after another, which ask whether anybody is still served.
      expect(backend.slowOnes()).toBeLessThan(attackers / 4);
      await waitUntil(() => proxy.connections.open === 0, 20_000, 'every connection to end');
    },
  );

  it.skipIf(why !== null)('lose a proxy’s patience in the middle of a body', async () => {
    const backend = await countingBackend();
    const { port, proxy } = await proxyTo([backend.port], { http: { bodyTimeoutMs: patienceMs } });
    const others = await honestDuring(attack(port, 'body'), port);
    expect(others.kinds).toEqual([200]);
    await waitUntil(() => proxy.connections.open === 0, 20_000, 'every connection to end');
  });

  it.skipIf(why !== null)(
    'who read slowly keep a proxy from nothing, and cost it no more than its buffers',
    async () => {
      const backend = await countingBackend();
      const { port, proxy } = await proxyTo([backend.port], { keepAliveMs: patienceMs });
      const others = await honestDuring(attack(port, 'read'), port);
      expect(others.kinds).toEqual([200]);
      await waitUntil(() => proxy.connections.open === 0, 20_000, 'every connection to end');
    },
  );
});
