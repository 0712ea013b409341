import { afterEach, describe, expect, it } from 'vitest';
import { kind } from '../../../../../docker/l7/policies/policy-kind.ts';
import type { PolicyKind } from '../../../../../docker/l7/policies/policy-kind.ts';
import type { CallEnd, Policy, Services } from '../../../../../docker/l7/policies/policy.ts';
import { waitUntil } from '../../../../support/wait.ts';
import { deadPort } from '../../l4/rig.ts';
import { ask, cleanUp, echoHead, httpBackend, proxyTo, seen } from '../rig.ts';

afterEach(cleanUp);

/** A policy of this name that is always on. */
function always(name: string, request: Policy['request']): PolicyKind {
  return kind('accessLog', () => ({ name, request }));
}

describe('policies of the L7 proxy', () => {
  it('change the head, and see the request as it came', async () => {
    const target = await httpBackend(echoHead);
    const came: string[] = [];
    const { port } = await proxyTo([target.port], {}, [
      always('rewrite', (call) => {
        call.head = { ...call.head, target: '/other', fields: [...call.head.fields, ['x-new', '1']] };
        return null;
      }),
      always('late', (call) => {
        came.push(call.received.target, call.head.target);
        return null;
      }),
    ]);
    const answer = await ask(port);
    expect(seen(answer).url).toBe('/other');
    expect(seen(answer).headers).toMatchObject({ 'x-new': '1' });
    expect(came).toEqual(['/x?y=1', '/other']);
  });

  it('answer in the place of a target, are counted by name, and pass those before them', async () => {
    const { port, proxy, log, records } = await proxyTo([], {}, [
      always('outer', (call) => {
        call.wrapResponse((next) => ({
          ...next,
          head: (head) => next.head({ ...head, fields: [...head.fields, ['x-outer', 'yes']] }),
        }));
        return null;
      }),
      always('gate', (call) => {
        call.why('gate', 'closed today');
        return { status: 403, fields: [['x-gate', 'shut']], body: 'no' };
      }),
      always('inner', () => {
        throw new Error('never asked');
      }),
    ]);
    const answer = await ask(port);
    expect(answer).toMatchObject({
      status: 403,
      body: 'no',
      headers: { 'x-gate': 'shut', 'x-outer': 'yes' },
    });
    await waitUntil(() => log.length === 1);
    expect(log[0]).toMatchObject({ status: 403, by: 'gate', why: ['gate: closed today'], termination: 'PR' });
    expect(records.after(0)[0]).toMatchObject({ outcome: '403', ok: false, why: ['gate: closed today'] });
    expect([proxy.own, proxy.byPolicy]).toEqual([{ policy: 1 }, { gate: 1 }]);
    expect(proxy.requests.view()).toMatchObject({ answered: 1, byStatus: { 403: 1 } });
  });

  it('read a body before the target gets it, whole or in part, and later', async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const read: [string, boolean][] = [];
    const { port } = await proxyTo([target.port], {}, [
      always('reader', async (call) => {
        const { bytes, whole } = await call.readBody(10);
        read.push([bytes.toString(), whole]);
        await new Promise(setImmediate);
        return null;
      }),
    ]);
    expect((await ask(port, { method: 'POST', body: 'short' })).body).toBe('short');
    const long = 'l'.repeat(300_000);
    expect((await ask(port, { method: 'POST', body: long })).body === long).toBe(true);
    expect((await ask(port)).body).toBe('');
    expect(read).toEqual([
      ['short', true],
      ['llllllllll', false],
      ['', true],
    ]);
  });

  it('wrap bodies both ways', async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const shout = (chunk: Buffer) => Buffer.from(chunk.toString().toUpperCase());
    const { port } = await proxyTo([target.port], {}, [
      always('wrap', (call) => {
        call.wrapBody((next) => ({ ...next, write: (chunk) => next.write(shout(chunk)) }));
        call.wrapResponse((next) => ({
          ...next,
          write: (chunk) => next.write(Buffer.from(`<${chunk.toString()}>`)),
        }));
        return null;
      }),
    ]);
    expect((await ask(port, { method: 'POST', body: 'quiet' })).body).toBe('<QUIET>');
  });

  it('save a request that no target answered', async () => {
    const { port, proxy } = await proxyTo([await deadPort()], {}, [
      always('cache', (call) => {
        call.rescue('cache', (cause) => ({ status: 200, fields: [], body: `stale, because ${cause}` }));
        return null;
      }),
    ]);
    expect(await ask(port)).toMatchObject({ status: 200, body: 'stale, because refused' });
    await waitUntil(() => proxy.requests.view().answered === 1);
    expect(proxy.byPolicy).toEqual({ cache: 1 });
  });

  it('name a target, and hear how it went', async () => {
    const one = await httpBackend((_, outgoing) => outgoing.end('one'));
    const two = await httpBackend((_, outgoing) => outgoing.writeHead(201).end('two'));
    const ends: CallEnd[] = [];
    const { port } = await proxyTo([one.port, two.port], {}, [
      always('sticky', (call) => {
        call.prefer = 't2';
        call.atEnd((end) => ends.push(end));
        return null;
      }),
    ]);
    for (let i = 0; i < 3; i++) expect((await ask(port)).body).toBe('two');
    await waitUntil(() => ends.length === 3);
    expect(ends[0]).toMatchObject({ status: 201, targetStatus: 201, target: 't2', cause: null });
  });

  it('that throw let nothing through, and the proxy lives on', async () => {
    const target = await httpBackend(echoHead);
    const { port } = await proxyTo([target.port], {}, [
      always('sync', (call) => {
        if (call.received.method === 'PUT') throw new Error('broken');
        return null;
      }),
      always('async', async (call) => {
        await Promise.resolve();
        if (call.received.method === 'POST') throw new Error('broken');
        return null;
      }),
    ]);
    expect((await ask(port, { method: 'PUT' })).status).toBe(500);
    expect((await ask(port, { method: 'POST' })).status).toBe(500);
    expect((await ask(port)).status).toBe(200);
  });

  it('ask targets on their own account', async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const { port, proxy, group } = await proxyTo([target.port], {}, [
      kind('accessLog', (_, services: Services) => ({
        name: 'mirror',
        async request(call) {
          const { head, peer } = call;
          const own = { ...head, method: 'POST' };
          const body = Buffer.from('copy');
          const made = await services.ask({
            head: own,
            body,
            pool: null,
            prefer: null,
            peer,
            maxBytes: 100,
          });
          return { status: made.head.status, fields: [], body: `${made.body.toString()} by ${made.target}` };
        },
      })),
    ]);
    expect((await ask(port)).body).toBe('copy by t1');
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    expect(proxy.targetRequests(member).view().answered).toBe(1);
    expect(proxy.requests.view().received).toBe(1);
  });

  it('keep their state while other settings change, and take it over when their own do', async () => {
    const target = await httpBackend(echoHead);
    const made: (string | null)[] = [];
    const off = kind('responseTimeoutMs', () => null);
    const counting = kind('keepAliveMs', (own, _, before) => {
      made.push(before?.name ?? null);
      return { name: `kept ${own}`, request: () => null, stats: () => own };
    });
    const { proxy, change } = await proxyTo([target.port], { keepAliveMs: 5 }, [off, counting]);
    change({ responseTimeoutMs: 7 });
    expect(made).toEqual([null]);
    change({ keepAliveMs: 6 });
    expect(made).toEqual([null, 'kept 5']);
    expect(proxy.pipeline.stats()).toEqual({ 'kept 6': 6 });
  });
});
