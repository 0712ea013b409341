import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { deadPort } from '../l4/rig.ts';
import { ask, cleanUp, echoHead, httpBackend, proxyTo, raw, seen } from './rig.ts';

afterEach(cleanUp);

describe('L7 proxy', () => {
  it('passes the request on, and says where it came from', async () => {
    const target = await httpBackend(echoHead);
    const { port, log, records, group } = await proxyTo([target.port]);
    const headers = {
      'x-forwarded-for': '1.2.3.4',
      'x-request-id': 'id-1',
      connection: 'close, x-secret',
      'x-secret': 's',
    };
    const answer = await ask(port, { headers });
    expect(seen(answer).url).toBe('/x?y=1');
    expect(seen(answer).headers).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
      'x-request-id': 'id-1',
    });
    expect(seen(answer).headers).not.toHaveProperty('x-secret');
    await waitUntil(() => log.length === 1);
    expect(log[0]).toMatchObject({
      id: 'id-1',
      status: 200,
      target: 't1',
      targetStatus: 200,
      termination: '--',
    });
    expect(records.after(0)[0]).toMatchObject({ id: 'id-1', outcome: '200', ok: true, server: 'b1' });
    expect(group.members[0]?.active).toBe(0);
  });

  it.each([
    ['set', '127.0.0.1'],
    ['remove', undefined],
    ['keep', '1.2.3.4'],
  ] as const)('X-Forwarded-For by mode %s', async (forwardedFor, expected) => {
    const target = await httpBackend(echoHead);
    const { port } = await proxyTo([target.port], { forwardedFor });
    const answer = await ask(port, { headers: { 'x-forwarded-for': '1.2.3.4' } });
    expect(seen(answer).headers['x-forwarded-for']).toBe(expected);
    expect(seen(answer).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries bodies both ways, with a length and in chunks', async () => {
    const target = await httpBackend((incoming, outgoing) => {
      outgoing.setHeader(
        'x-framing',
        incoming.headers['transfer-encoding'] ?? `length ${incoming.headers['content-length'] ?? '-'}`,
      );
      incoming.pipe(outgoing);
    });
    const { port } = await proxyTo([target.port]);
    const body = 'b'.repeat(300_000);
    const counted = await ask(port, { method: 'POST', body, headers: { 'content-length': '300000' } });
    expect([counted.body === body, counted.headers['x-framing']]).toEqual([true, 'length 300000']);
    const chunked = await ask(port, { method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } });
    expect([chunked.body === body, chunked.headers['x-framing']]).toEqual([true, 'chunked']);
  });

  it('keeps its connections to targets', async () => {
    const target = await httpBackend(echoHead);
    const { port, proxy, group } = await proxyTo([target.port]);
    for (let i = 0; i < 5; i++) await ask(port);
    expect(target.connections()).toBe(1);
    expect(proxy.connections.accepted).toBe(5);
    expect(group.members[0]?.counters).toMatchObject({ opened: 1, failed: 0 });
  });

  it('passes an error of the target on as it is, and counts whose it was', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.writeHead(500).end('mine'));
    const { port, proxy, group } = await proxyTo([target.port]);
    expect(await ask(port)).toMatchObject({ status: 500, body: 'mine' });
    const [member] = group.members;
    if (member === undefined) throw new Error('no member');
    await waitUntil(() => proxy.targetRequests(member).view().answered === 1);
    expect(proxy.targetRequests(member).view().byStatus).toEqual({ 500: 1 });
    expect(proxy.own).toEqual({});
  });

  it.each([
    ['refused', 502, 'SC', deadPort],
    ['reset', 502, 'SH', () => raw((socket) => socket.once('data', () => socket.resetAndDestroy()))],
    ['closed-early', 502, 'SH', () => raw((socket) => socket.once('data', () => socket.end()))],
    [
      'bad-response',
      502,
      'PH',
      () => raw((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n'))),
    ],
    ['response-timeout', 504, 'sH', () => raw((socket) => socket.resume())],
  ] as const)('%s: answers %i itself, log %s', async (cause, status, termination, target) => {
    const { port, proxy, log } = await proxyTo([await target()], { responseTimeoutMs: 300 });
    const answer = await ask(port);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(cause);
    await waitUntil(() => log.length === 1);
    expect(log[0]).toMatchObject({ status, targetStatus: null, termination, cause });
    expect(proxy.own).toEqual({ [cause]: 1 });
    expect(proxy.requests.view()).toMatchObject({
      received: 1,
      answered: 1,
      inFlight: 0,
      byStatus: { [status]: 1 },
    });
  });

  it('no target: 503, or what the persona says', async () => {
    const { port, proxy, change } = await proxyTo([]);
    expect((await ask(port)).status).toBe(503);
    change({ noTargetStatus: 502 });
    expect((await ask(port)).status).toBe(502);
    expect(proxy.own).toEqual({ 'no-target': 2 });
  });

  it('unreachable: 503 where the persona says so', async () => {
    const { port } = await proxyTo([await deadPort()], { unreachableStatus: 503 });
    expect((await ask(port)).status).toBe(503);
  });

  it.each([
    ['a length', 'content-length: 100\r\n\r\nonly this'],
    ['chunks', 'transfer-encoding: chunked\r\n\r\n9\r\nonly this\r\n'],
  ])('a body with %s cut by the target is cut for the client too, never made whole', async (_, rest) => {
    const cut = `HTTP/1.1 200 OK\r\n${rest}`;
    const { port, proxy, log } = await proxyTo([
      await raw((socket) => socket.once('data', () => socket.end(cut))),
    ]);
    expect(await ask(port)).toMatchObject({ status: 200, complete: false });
    await waitUntil(() => log.length === 1);
    expect(log[0]).toMatchObject({ status: 200, termination: 'SD' });
    expect(proxy.requests.view()).toMatchObject({ answered: 0, aborted: 1, inFlight: 0 });
  });

  it('a client that leaves ends the work at the target', async () => {
    let left = false;
    const target = await httpBackend((incoming) => {
      incoming.socket.on('close', () => (left = true));
    });
    const { port, proxy, log } = await proxyTo([target.port]);
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil(() => proxy.requests.view().inFlight === 1 && target.connections() === 1);
    socket.destroy();
    await waitUntil(() => left && log.length === 1);
    expect(log[0]).toMatchObject({ termination: 'CH', cause: 'client-gone', status: null });
    expect(proxy.requests.view()).toMatchObject({ aborted: 1, inFlight: 0 });
  });

  it('refused with a retry: another target answers, the body arrives whole', async () => {
    const target = await httpBackend((incoming, outgoing) => incoming.pipe(outgoing));
    const { port, proxy } = await proxyTo([await deadPort(), target.port], { connectRetries: 1 });
    expect(await ask(port, { method: 'POST', body: 'all of it' })).toMatchObject({
      status: 200,
      body: 'all of it',
    });
    expect(proxy.own).toEqual({});
  });

  it('refused without redispatch: the same target again until the tries are spent, and nobody else', async () => {
    const other = await httpBackend((_, outgoing) => outgoing.end());
    const { port, group, proxy } = await proxyTo([await deadPort(), other.port], {
      connectRetries: 3,
      connectRetryAt: 'same',
      connectRetryWaitMs: 5,
      unreachableStatus: 503,
    });
    expect((await ask(port)).status).toBe(503);
    expect(group.members.map(({ counters }) => counters.failed)).toEqual([4, 0]);
    expect(group.members.map(({ active }) => active)).toEqual([0, 0]);
    expect(proxy.requests.view()).toMatchObject({ inFlight: 0 });
  });

  it('a client that leaves between two tries of the same target is let go at once', async () => {
    const { port, group, proxy } = await proxyTo([await deadPort()], {
      connectRetries: 1,
      connectRetryAt: 'same',
      connectRetryWaitMs: 600_000,
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await waitUntil(() => group.members[0]?.counters.failed === 1);
    socket.destroy();
    await waitUntil(() => proxy.requests.view().aborted === 1);
    expect(group.members[0]?.active).toBe(0);
  });

  it('passive ejection: NGINX ignores a 500 and ejects a refusal', async () => {
    const target = await httpBackend((_, outgoing) => outgoing.writeHead(500).end());
    const passive = { consecutiveErrors: 1, errorStatuses: '', maxEjectedShare: 1, ejectMs: 60_000 };
    const { port, group } = await proxyTo([target.port, await deadPort()], { passive, connectRetries: 1 });
    for (let i = 0; i < 4; i++) expect((await ask(port)).status).toBe(500);
    expect(group.members.map(({ state }) => state)).toEqual(['healthy', 'unhealthy']);
  });

  it('passive ejection: Envoy counts a 500', async () => {
    const bad = await httpBackend((_, outgoing) => outgoing.writeHead(500).end());
    const good = await httpBackend((_, outgoing) => outgoing.end());
    const passive = { consecutiveErrors: 2, maxEjectedShare: 0.1, ejectMs: 60_000 };
    const { port, group } = await proxyTo([bad.port, good.port], { passive });
    for (let i = 0; i < 4; i++) await ask(port);
    await waitUntil(() => group.members[0]?.state === 'unhealthy');
    for (let i = 0; i < 3; i++) expect((await ask(port)).status).toBe(200);
  });

  it('least connections counts outstanding requests, not connections', async () => {
    const waiting: (() => void)[] = [];
    const slow = await httpBackend((_, outgoing) => waiting.push(() => outgoing.end('slow')));
    const quick = await httpBackend((_, outgoing) => outgoing.end('quick'));
    const { port } = await proxyTo([slow.port, quick.port], { algorithm: 'least-connections' });
    const first = ask(port);
    await waitUntil(() => waiting.length === 1);
    for (let i = 0; i < 4; i++) expect((await ask(port)).body).toBe('quick');
    for (const answer of waiting) answer();
    expect((await first).body).toBe('slow');
  });

  it('what is not HTTP gets 400 and the door', async () => {
    const { port, proxy } = await proxyTo([]);
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.write('GET / HTTP/1.1\r\nHo st: x\r\n\r\n');
    await waitUntil(() => socket.closed);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(proxy.own).toEqual({ 'bad-request': 1 });
  });
});
