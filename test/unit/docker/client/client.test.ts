import { afterEach, describe, expect, test } from 'vitest';
import type { ClientSettings, HandAnswer } from '../../../../docker/protocol/client.ts';
import { waitUntil } from '../../../support/wait.ts';
import { answer, closedPort, startServer, startTestClient } from './rig.ts';
import type { TestClient, TestServer } from './rig.ts';

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

async function serving(serve: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const server = await startServer(serve);
  toClose.push(() => server.close());
  return server;
}

function loading(port: number, settings: Partial<ClientSettings>): TestClient {
  const client = startTestClient(port, settings);
  toClose.push(() => client.stop());
  return client;
}

describe('connections', () => {
  test('new: a request is exactly one connection, and the client closes it', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { total: 50 });
    await client.quiet();
    expect(server.connections).toHaveLength(50);
    expect(client.stats().connections).toMatchObject({ opened: 50, failed: 0, reused: 0 });
    await waitUntil(() => client.stats().connections.open === 0);
    await waitUntil(() => server.connections.every((socket) => socket.destroyed));
    expect(server.requests[0]).toContain('connection: close');
  });

  test('kept: one connection per user, used again', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { total: 50, users: 5, connections: 'kept', rate: 100 });
    await client.quiet();
    const { opened, reused } = client.stats().connections;
    expect(opened + reused).toBe(50);
    // On a busy machine a user's next turn may come before his last answer, which takes another connection for a while.
    expect(reused).toBeGreaterThan(0);
    await waitUntil(() => client.stats().connections.open === 5);
    const users = new Set(server.requests.map((text) => /x-blindspot-user: (\w+)/.exec(text)?.[1]));
    expect(users).toEqual(new Set(['u1', 'u2', 'u3', 'u4', 'u5']));
  });

  test('kept: a user with a request in flight opens another connection', async () => {
    const server = await serving(() => undefined);
    const client = loading(server.port, { total: 3, users: 1, connections: 'kept' });
    await waitUntil(() => server.requests.length === 3);
    expect(client.stats().connections.open).toBe(3);
    expect(client.stats().inFlight).toBe(3);
  });

  test('kept: a user goes back to his first connection, and what a busy moment left beside it closes', async () => {
    const held: (() => void)[] = [];
    const server = await serving((socket, _request, index) => {
      if (index < 3) held.push(() => socket.write(answer()));
      else socket.write(answer());
    });
    const client = loading(server.port, { total: 3, users: 1, connections: 'kept' });
    await waitUntil(() => held.length === 3);
    for (const release of held.reverse()) release();
    await client.quiet();
    await waitUntil(() => client.stats().connections.open === 1);
    client.patch({ rate: 5, running: true });
    await client.quiet();
    expect(server.connections).toHaveLength(3);
    const [first] = client.records().filter((record) => record.id.startsWith('client-1-1-'));
    for (const record of client.records().slice(3)) expect(record.connection).toBe(first?.connection);
  });

  test('kept: a lost connection is replaced at the user’s next request', async () => {
    const server = await serving((socket, _request, index) => socket.end(answer(200 + (index % 2))));
    const client = loading(server.port, { total: 4, users: 1, connections: 'kept', rate: 20 });
    await client.quiet();
    expect(client.stats()).toMatchObject({ answered: 4, failed: 0 });
    expect(server.connections).toHaveLength(4);
  });

  test('kept: a connection the server is about to close is not used again', async () => {
    const server = await serving((socket) => socket.write(answer(200, 'ok', 'keep-alive: timeout=1\r\n')));
    const client = loading(server.port, { total: 3, users: 1, connections: 'kept', rate: 50 });
    await client.quiet();
    expect(client.stats().connections).toMatchObject({ opened: 3, reused: 0 });
  });

  test('from kept to new: idle connections close, counts go on', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { total: 20, users: 4, connections: 'kept', rate: 200 });
    await client.quiet();
    await waitUntil(() => client.stats().connections.open === 4);
    client.patch({ connections: 'new', running: true });
    await client.quiet();
    await waitUntil(() => client.stats().connections.open === 0);
    expect(client.stats().answered).toBe(40);
  });
});

describe('who asks', () => {
  test('each request carries its client, user, cookie and an id of its own', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, {
      total: 20,
      users: 3,
      paths: ['/a', '/b/{user}'],
      headers: { 'x-api-key': 'key-{user}' },
    });
    await client.quiet();
    const ids = server.requests.map(
      (text) => /x-request-id: (client-1-[0-9a-z]+-[0-9a-z]{4})/.exec(text)?.[1],
    );
    expect(new Set(ids).size).toBe(20);
    for (const text of server.requests) {
      expect(text).toContain('x-blindspot-client: client-1');
      const user = /x-blindspot-user: (u[123])\r/.exec(`${text}\r`)?.[1] ?? 'nobody';
      expect(text).toContain(`cookie: user=${user}`);
      expect(text).toContain(`x-api-key: key-${user}`);
      expect(text).toMatch(new RegExp(`^GET (/a|/b/${user}) HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n`));
    }
    expect(
      client
        .records()
        .map((record) => record.id)
        .sort(),
    ).toEqual(ids.sort());
  });

  test('users take turns, each once a round, in another order each time', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { total: 100, users: 20 });
    await client.quiet();
    expect(client.stats().perUser.map(({ ok }) => ok)).toEqual(Array.from({ length: 20 }, () => 5));
    const order = client
      .records()
      .toSorted((a, b) => parseInt(a.id.split('-')[2] ?? '', 36) - parseInt(b.id.split('-')[2] ?? '', 36))
      .map((record) => record.user);
    expect(order.slice(0, 20)).not.toEqual(order.slice(20, 40));
  });

  test('a user who met one error is hurt, and still served', async () => {
    const server = await serving((socket, _request, index) => socket.write(answer(index === 0 ? 500 : 200)));
    const client = loading(server.port, { total: 10, users: 5 });
    const stats = await client.quiet();
    expect(stats.users).toEqual({ total: 5, served: 5, hurt: 1 });
    expect(stats.perUser.filter(({ bad }) => bad > 0)).toHaveLength(1);
    expect(stats.perUser[0]).toMatchObject({ user: 'u1', server: 'b1' });
  });

  test('users live at several addresses, or behind one', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const sources = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const client = loading(server.port, { total: 30, users: 6, sources });
    await client.quiet();
    const from = () => new Set(client.records().map((record) => record.connection.split(':')[0]));
    expect(from()).toEqual(new Set(sources));
    client.patch({ nat: true, running: true });
    await client.quiet();
    const later = client.records().slice(30);
    expect(new Set(later.map((record) => record.connection.split(':')[0]))).toEqual(new Set(['127.0.0.1']));
  });

  test('a body is sent whole', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, {
      total: 3,
      method: 'POST',
      bodyBytes: 100_000,
      connections: 'kept',
      users: 1,
    });
    await client.quiet();
    expect(client.stats()).toMatchObject({ answered: 3 });
    expect(client.stats().bytes.sent).toBeGreaterThan(300_000);
    // A body may come in several pieces; each request has one head.
    expect(server.requests.join('').match(/POST \//g)).toHaveLength(3);
  });
});

describe('the books', () => {
  const balance = (client: TestClient) => {
    const { scheduled, answered, failed, inFlight, shed } = client.stats();
    expect(answered + failed + inFlight + shed).toBe(scheduled);
  };

  test('balance at every moment, whatever the server does', async () => {
    const acts: ((socket: Parameters<Parameters<typeof startServer>[0]>[0]) => void)[] = [
      (socket) => socket.write(answer()),
      (socket) => socket.write(answer(500)),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'),
      (socket) => socket.write('nonsense\r\n\r\n'),
      () => undefined,
    ];
    const server = await serving((socket, _request, index) => acts[(index * 5) % acts.length]?.(socket));
    const client = loading(server.port, {
      total: 700,
      maxInFlight: 20,
      connections: 'kept',
      firstByteTimeoutMs: 500,
      arrival: 'poisson',
    });
    await waitUntil(() => {
      balance(client);
      return client.stats().scheduled === 700;
    });
    const stats = await client.quiet();
    balance(client);
    expect(stats.shed).toBeGreaterThan(0);
    expect(Object.keys(stats.byFailure).sort()).toEqual([
      'bad-response',
      'closed-early',
      'first-byte-timeout',
      'reset',
      'truncated',
    ]);
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((a, b) => a + b, 0);
    expect(sum(stats.byStatus)).toBe(stats.answered);
    expect(sum(stats.byFailure)).toBe(stats.failed);
    // On a busy machine a request can time out before the server has read it.
    expect(server.requests.length).toBeLessThanOrEqual(stats.answered + stats.failed);
    expect(server.requests.length).toBeGreaterThanOrEqual(stats.answered);
  });

  test('too many in flight are shed, and counted', async () => {
    const server = await serving(() => undefined);
    const client = loading(server.port, { total: 50, maxInFlight: 7 });
    await waitUntil(() => client.stats().scheduled === 50);
    expect(client.stats()).toMatchObject({ inFlight: 7, shed: 43 });
  });

  test('switched off, the rest comes home and nothing follows', async () => {
    const held: (() => void)[] = [];
    const server = await serving((socket) => held.push(() => socket.write(answer())));
    const client = loading(server.port, { rate: 200 });
    await waitUntil(() => held.length > 10);
    client.patch({ running: false });
    const { scheduled } = client.stats();
    await waitUntil(() => held.length === scheduled);
    for (const release of held) release();
    await client.quiet();
    expect(client.stats()).toMatchObject({ scheduled, answered: scheduled });
    client.patch({ running: true });
    await waitUntil(() => client.stats().scheduled > scheduled);
  });

  test('a retry is the same request to the user, and counted as one', async () => {
    const server = await serving((socket, _request, index) => socket.write(answer(index < 2 ? 503 : 200)));
    const client = loading(server.port, { total: 1, retries: 3 });
    expect(await client.quiet()).toMatchObject({
      scheduled: 1,
      answered: 1,
      retried: 2,
      byStatus: { 200: 1 },
    });
    const ids = server.requests.map((text) => /x-request-id: (\S+)/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(1);
  });

  test('what may have been done is not done twice', async () => {
    const server = await serving((socket) => socket.resetAndDestroy());
    const client = loading(server.port, { total: 1, retries: 3, method: 'POST' });
    expect(await client.quiet()).toMatchObject({ retried: 0, byFailure: { reset: 1 } });
    const refused = loading(await closedPort(), { total: 1, retries: 3, method: 'POST' });
    expect(await refused.quiet()).toMatchObject({ retried: 3, byFailure: { refused: 1 } });
  });

  test('without retries nothing is tried twice', async () => {
    const server = await serving((socket) => socket.write(answer(503)));
    const client = loading(server.port, { total: 5 });
    await client.quiet();
    expect(server.requests).toHaveLength(5);
  });
});

describe('time', () => {
  test('no coordinated omission: a stall shows in latency although the service was quick before and after', async () => {
    let stalledAt = 0;
    const stallMs = 500;
    // One server thread that is stuck for half a second at request 20: what arrives meanwhile waits, then all is served.
    const server = await serving((socket, _request, index) => {
      if (index === 20) stalledAt = performance.now();
      const stuckFor = stalledAt === 0 ? 0 : stalledAt + stallMs - performance.now();
      if (stuckFor > 0) setTimeout(() => socket.write(answer()), stuckFor);
      else socket.write(answer());
    });
    const client = loading(server.port, { total: 200, rate: 200, connections: 'kept', users: 1 });
    await client.quiet();
    const waited = client.records().filter(({ latencyMs }) => latencyMs > 50);
    // 200/s for the 450 ms in which one had more than 50 ms to wait: a closed loop would have seen one slow request.
    expect(waited.length).toBeGreaterThan(60);
  });

  test('latency runs from the intended time, service time from the real one', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { total: 100, rate: 100 });
    await waitUntil(() => client.stats().scheduled >= 10);
    // The generator itself is stuck for 200 ms: the schedule does not forget what was due, nor when.
    const until = performance.now() + 200;
    while (performance.now() < until);
    await client.quiet();
    const late = client.records().filter(({ latencyMs, serviceMs }) => latencyMs - serviceMs > 40);
    expect(late.length).toBeGreaterThanOrEqual(10);
    expect(client.program.stats({})).toMatchObject({ scheduled: 100, lag: { count: 100 } });
    expect((client.program.stats({}) as ReturnType<TestClient['stats']>).lag.maxMs).toBeGreaterThan(150);
  });

  test('the rate can change while it runs', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { rate: 0.01 });
    await waitUntil(() => client.stats().answered === 1);
    client.patch({ rate: 1000 });
    await waitUntil(() => client.stats().answered > 50);
    client.patch({ rate: 0 });
    const { scheduled } = client.stats();
    client.patch({ rate: 500, total: scheduled + 20 });
    expect((await client.quiet()).scheduled).toBe(scheduled + 20);
  });

  test('a replay ends by itself', async () => {
    const server = await serving((socket) => socket.write(answer()));
    const client = loading(server.port, { arrival: 'replay', replay: [0, 1, 2, 40] });
    expect(await client.quiet()).toMatchObject({ scheduled: 4 });
    expect(client.notes()).toEqual(['the replay is at its end']);
  });

  test('histograms by route and outcome', async () => {
    const server = await serving((socket, request) =>
      socket.write(answer(request.startsWith('GET /bad') ? 500 : 200)),
    );
    const client = loading(server.port, { total: 40, users: 4, paths: ['/good', '/bad'] });
    await client.quiet();
    const whole = await client.call('GET', '/histogram', undefined, 'what=service');
    expect(whole).toMatchObject({ what: 'service', all: { count: 40 } });
    expect((whole as { routes: unknown[] }).routes).toHaveLength(2);
    expect((whole as { routes: unknown[] }).routes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ route: '/good', outcome: '200', count: 20 }),
        expect.objectContaining({ route: '/bad', outcome: '500', count: 20 }),
      ]),
    );
    await expect(client.call('GET', '/histogram', undefined, 'what=wishes')).rejects.toThrow(
      'latency or service',
    );
  });
});

describe('one request by hand', () => {
  const byHand = async (client: TestClient, body: Record<string, string | number>) =>
    ((await client.call('POST', '/request', body)) as { answers: readonly HandAnswer[] }).answers;

  test('says what came back, and is no part of the load', async () => {
    const server = await serving((socket) => socket.write(answer(418, 'a teapot')));
    const client = loading(server.port, { running: false });
    const [first, second] = await byHand(client, { path: '/tea', count: 2 });
    expect(first).toMatchObject({ outcome: '418', ok: false, server: 'b1', body: 'a teapot', path: '/tea' });
    expect(first?.head).toContain('HTTP/1.1 418');
    expect(second?.id).not.toBe(first?.id);
    expect(server.requests[0]).not.toContain('x-blindspot-client');
    expect(server.requests[0]).toContain(`x-request-id: ${first?.id ?? ''}`);
    expect(client.stats()).toMatchObject({ scheduled: 0, connections: { opened: 0 } });
  });

  test('goes to another target, and says why it failed', async () => {
    const client = loading(1, { running: false });
    const port = await closedPort();
    const [only] = await byHand(client, { target: `127.0.0.1:${port}` });
    expect(only).toMatchObject({ outcome: 'refused', ok: false, target: `127.0.0.1:${port}` });
    expect(only?.detail).toContain('ECONNREFUSED');
    await expect(byHand(client, { path: 'no slash' })).rejects.toThrow('path');
  });
});

test('sending ends by itself after the time it was given, and the settings say so', async () => {
  const server = await serving((socket) => socket.write(answer()));
  const client = loading(server.port, { rate: 50, stopAfterMs: 300 });
  expect(client.stats().stopsInMs).toBeLessThanOrEqual(300);
  await waitUntil(() => client.notes().includes('it has sent for 0.3 s'), 15_000);
  expect(client.stats().stopsInMs).toBeUndefined();
});
