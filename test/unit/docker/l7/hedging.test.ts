import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createHedging } from '../../../../docker/l7/hedging.ts';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';
import { waitUntil } from '../../../support/wait.ts';
import { ask, cleanUp, httpBackend, proxyTo } from './rig.ts';

afterEach(cleanUp);

type Handle = (outgoing: ServerResponse, body: string) => void;

/** A target that hears what it is asked and whether it was told to stop. */
async function target(handle: Handle) {
  const heard: { body: string; stopped: boolean }[] = [];
  const { port } = await httpBackend((incoming: IncomingMessage, outgoing) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      const one = { body, stopped: false };
      outgoing.on('close', () => (one.stopped = !outgoing.writableFinished));
      heard.push(one);
      handle(outgoing, body);
    });
  });
  return { port, heard };
}

const silent: Handle = () => undefined;
const quick: Handle = (outgoing) => outgoing.end('quick');

/** The first request goes to the first target. */
async function race(one: Handle, other: Handle, more: L7Patch = {}, asked: Parameters<typeof ask>[1] = {}) {
  const [first, second] = [await target(one), await target(other)];
  const hedge = { enabled: true, afterMs: 20 };
  const made = await proxyTo([first.port, second.port], { hedge, responseTimeoutMs: 15_000, ...more });
  const answer = await ask(made.port, asked);
  await waitUntil(() => made.log.length === 1, 15_000);
  const quiet = () => made.group.members.every(({ active, held }) => active === 0 && held.size === 0);
  return { ...made, first: first.heard, second: second.heard, answer, quiet };
}

describe('hedging', () => {
  it('who waits too long asks another target, too, and takes its answer; the first is told to stop', async () => {
    const { answer, first, second, proxy, log, quiet, records } = await race(silent, quick);
    expect(answer).toMatchObject({ status: 200, body: 'quick' });
    expect(second.length).toBe(1);
    await waitUntil(() => first[0]?.stopped === true, 15_000);
    expect(proxy.hedging.view()).toEqual({ sent: 1, won: 1, overBudget: 0 });
    expect(log[0]).toMatchObject({ status: 200, target: 't2', termination: '--' });
    expect(JSON.stringify(log[0]?.why)).toContain('no answer of t1 for 20 ms, sent to t2, too');
    expect(records.after(0)[0]).toMatchObject({ server: 't2' });
    expect(quiet()).toBe(true);
    expect(proxy.requests.view()).toMatchObject({ received: 1, answered: 1, inFlight: 0 });
  });

  it('takes the first target’s answer where that comes first after all, and stops the other', async () => {
    let answerNow: () => void = () => undefined;
    const slow = await target((outgoing) => (answerNow = () => outgoing.end('slow')));
    const other = await target(silent);
    const { port, proxy } = await proxyTo([slow.port, other.port], { hedge: { enabled: true, afterMs: 20 } });
    const answer = ask(port);
    await waitUntil(() => other.heard.length === 1, 15_000);
    answerNow();
    expect((await answer).body).toBe('slow');
    await waitUntil(() => other.heard[0]?.stopped === true, 15_000);
    expect(proxy.hedging.view()).toEqual({ sent: 1, won: 0, overBudget: 0 });
  });

  it('off, nobody else is asked', async () => {
    const { second, proxy } = await race((outgoing) => setTimeout(() => outgoing.end('slow'), 100), quick, {
      hedge: { enabled: false, afterMs: 1 },
    });
    expect([second.length, proxy.hedging.view().sent]).toEqual([0, 0]);
  });

  it('a POST is not sent twice, unless a setting says that it may be; then its body goes to both', async () => {
    const slow: Handle = (outgoing, body) => setTimeout(() => outgoing.end(body), 100);
    const post = { method: 'POST', body: 'an order' };
    const one = await race(slow, quick, {}, post);
    expect([one.answer.body, one.second.length]).toEqual(['an order', 0]);
    const both = await race(
      silent,
      (outgoing, body) => outgoing.end(body),
      { retry: { nonIdempotent: true } },
      post,
    );
    expect(both.answer.body).toBe('an order');
    expect([both.first[0]?.body, both.second[0]?.body]).toEqual(['an order', 'an order']);
  });

  it('a body that was too long to keep is not sent twice', async () => {
    const slow: Handle = (outgoing, body) => setTimeout(() => outgoing.end(String(body.length)), 100);
    const put = { method: 'PUT', body: 'x'.repeat(5000) };
    const { answer, second } = await race(slow, quick, { retry: { bodyBytes: 1000 } }, put);
    expect([answer.body, second.length]).toEqual(['5000', 0]);
  });

  it('holds to the budget of retries', async () => {
    const slow: Handle = (outgoing) => setTimeout(() => outgoing.end('slow'), 100);
    const { answer, second, proxy } = await race(slow, quick, { retry: { budgetShare: 0, budgetLeast: 0 } });
    expect([answer.body, second.length]).toEqual(['slow', 0]);
    expect(proxy.hedging.view()).toEqual({ sent: 0, won: 0, overBudget: 1 });
  });

  it('an error of the second is no answer while the first may still give one', async () => {
    const { answer, proxy, quiet } = await race(
      (outgoing) => setTimeout(() => outgoing.end('slow'), 300),
      (outgoing) => {
        outgoing.statusCode = 503;
        outgoing.end();
      },
    );
    expect(answer).toMatchObject({ status: 200, body: 'slow' });
    expect(proxy.hedging.view()).toEqual({ sent: 1, won: 0, overBudget: 0 });
    expect(quiet()).toBe(true);
  });

  it('goes on with the second where the first breaks off, and fails when both have', async () => {
    const breaks: Handle = (outgoing) => setTimeout(() => outgoing.destroy(), 100);
    const late: Handle = (outgoing) => setTimeout(() => outgoing.end('late'), 400);
    expect((await race(breaks, late)).answer).toMatchObject({ status: 200, body: 'late' });
    const { answer, quiet, proxy } = await race(breaks, breaks);
    expect(answer.status).toBe(502);
    expect(quiet()).toBe(true);
    expect(proxy.requests.view()).toMatchObject({ received: 1, answered: 1, inFlight: 0 });
  });

  it('a client that leaves ends both', async () => {
    const [slow, other] = [await target(silent), await target(silent)];
    const { port, group, log } = await proxyTo([slow.port, other.port], {
      hedge: { enabled: true, afterMs: 20 },
    });
    const leaving = new AbortController();
    const asked = fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal }).catch(() => undefined);
    await waitUntil(() => other.heard.length === 1, 15_000);
    leaving.abort();
    await asked;
    await waitUntil(() => slow.heard[0]?.stopped === true && other.heard[0]?.stopped === true, 15_000);
    await waitUntil(() => log.length === 1, 15_000);
    expect(group.members.every(({ active, held }) => active === 0 && held.size === 0)).toBe(true);
  });
});

describe('when a second try is due', () => {
  const settings = { enabled: true, afterMs: 10, percentile: 95 };

  it('after the time that is set, until enough answers are known', () => {
    const hedging = createHedging();
    for (let ms = 1; ms < 100; ms++) hedging.took(ms);
    expect(hedging.dueMs(settings)).toBe(10);
  });

  it('after what so many answers took, of the latest', () => {
    const hedging = createHedging();
    for (let ms = 1; ms <= 100; ms++) hedging.took(ms);
    expect(hedging.dueMs(settings)).toBe(96);
    expect(hedging.dueMs({ ...settings, percentile: 0 })).toBe(10);
    expect(hedging.dueMs({ ...settings, afterMs: 500 })).toBe(500);
    for (let count = 0; count < 1000; count++) hedging.took(20);
    expect(hedging.dueMs(settings)).toBe(20);
  });
});
