import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { ask, cleanUp, httpBackend, proxyTo } from './rig.ts';

afterEach(cleanUp);

/** Two targets, the first of which never answers; one route to both, with these limits. */
async function limited(timeouts: { requestMs?: number; tryMs?: number }, retry: object = {}) {
  let asked = 0;
  const silent = await httpBackend(() => (asked += 1));
  const quick = await httpBackend((_, outgoing) => outgoing.end('quick'));
  const made = await proxyTo([silent.port, quick.port], {
    responseTimeoutMs: 60_000,
    retry,
    routing: {
      groups: { both: { targets: ['t1', 't2'] } },
      routes: { all: { forward: { both: 1 }, timeouts } },
    },
  });
  return { ...made, asked: () => asked };
}

describe('the time limits of a route', () => {
  it('the whole request: 504, and the target is told to stop', async () => {
    const { port, proxy, group, log } = await limited({ requestMs: 2000 });
    expect((await ask(port)).status).toBe(504);
    await waitUntil(() => log.length === 1, 15_000);
    expect(log[0]).toMatchObject({ status: 504, cause: 'response-timeout', termination: 'sH' });
    expect(proxy.own).toEqual({ 'response-timeout': 1 });
    expect(group.members.map(({ active }) => active)).toEqual([0, 0]);
    // The next goes to the other target, well within the limit, and its answer is whole.
    expect(await ask(port)).toMatchObject({ status: 200, body: 'quick' });
  });

  it('one try: another target may have the rest of the time', async () => {
    const retry = { tries: 1, on: ['response-timeout'] };
    const { port, asked } = await limited({ requestMs: 60_000, tryMs: 2000 }, retry);
    expect(await ask(port)).toMatchObject({ status: 200, body: 'quick' });
    expect(asked()).toBe(1);
  });

  it('one try, and no other: 504', async () => {
    const { port } = await limited({ tryMs: 50 });
    expect((await ask(port)).status).toBe(504);
  });

  it('an answer that takes longer than the whole may is cut', async () => {
    const slow = await httpBackend((_, outgoing) => void outgoing.write('half'));
    const { port, log } = await proxyTo([slow.port], {
      routing: {
        groups: { one: { targets: ['t1'] } },
        routes: { all: { forward: { one: 1 }, timeouts: { requestMs: 2000 } } },
      },
    });
    expect(await ask(port)).toMatchObject({ status: 200, body: 'half', complete: false });
    await waitUntil(() => log.length === 1, 15_000);
    expect(log[0]).toMatchObject({ cause: 'response-timeout', termination: 'sD' });
  });
});
