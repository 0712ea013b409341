import { describe, expect, it } from 'vitest';
import { createGuard } from '../../../../docker/l4/guard.ts';
import { guardSchema } from '../../../../docker/protocol/l4.ts';
import type { L4Patch } from '../../../../docker/protocol/balancer.ts';
import { waitUntil } from '../../../support/wait.ts';
import { echo, stage } from './stage.ts';

const { backend, forwarder, client } = stage();

function guardWith(settings: L4Patch['guard']) {
  const clock = { now: 0 };
  return { clock, guard: createGuard(guardSchema.parse(settings), () => clock.now) };
}

describe('guard', () => {
  it('is off, and counts nobody, while it has nothing to judge', () => {
    expect(guardWith({}).guard.on).toBe(false);
  });

  it('lets in whom a network holds, in either family', () => {
    const { guard } = guardWith({ allow: ['10.0.0.0/8', '2001:db8::/32'] });
    expect(guard.admit('10.1.2.3')).toBeNull();
    expect(guard.admit('2001:db8::9')).toBeNull();
    expect(guard.admit('11.0.0.1')).toBe('not-allowed');
    expect(guard.admit('::1')).toBe('not-allowed');
  });

  it('counts open connections by source', () => {
    const { guard } = guardWith({ maxPerSource: 2 });
    expect([guard.admit('a'), guard.admit('a'), guard.admit('a'), guard.admit('b')]).toEqual([
      null,
      null,
      'too-many',
      null,
    ]);
    guard.left('a');
    expect(guard.admit('a')).toBeNull();
  });

  it('lets a burst pass, then so many a second', () => {
    const { guard, clock } = guardWith({ ratePerSource: 2, burst: 3 });
    const admitted = (count: number) =>
      Array.from({ length: count }, () => guard.admit('a')).filter((c) => c === null).length;
    expect(admitted(10)).toBe(3);
    clock.now = 1000;
    expect(admitted(10)).toBe(2);
    clock.now = 1400;
    expect(admitted(10)).toBe(0);
    clock.now = 1500;
    expect(admitted(10)).toBe(1);
  });

  it('is on real sockets: a stranger is reset before a target is touched, a connection that stands goes on', async () => {
    const target = await backend();
    const front = await forwarder([target.port]);
    const friend = await client(front.port, '127.0.0.1');
    friend.socket.write('a');
    await waitUntil(() => friend.text() === 'a');
    front.change({ guard: { allow: ['127.0.0.2'] } });
    const stranger = await client(front.port, '127.0.0.3');
    await waitUntil(() => stranger.fate() === 'ECONNRESET');
    const allowed = await client(front.port, '127.0.0.2');
    allowed.socket.write('b');
    await waitUntil(() => allowed.text() === 'b');
    friend.socket.write('c');
    await waitUntil(() => friend.text() === 'ac');
    expect(front.forwarder.counters.blocked['not-allowed']).toBe(1);
    expect(front.forwarder.counters.connections).toMatchObject({ accepted: 3, open: 2 });
    expect(target.sockets).toHaveLength(2);
  });

  it('gives a place back when a connection ends, however it ends', async () => {
    const target = await backend((socket) => {
      echo(socket);
      socket.on('end', () => socket.end());
    });
    const front = await forwarder([target.port], { guard: { maxPerSource: 1 } });
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const user = await client(front.port);
      user.socket.write('x');
      await waitUntil(() => user.text() === 'x');
      const second = await client(front.port);
      await waitUntil(() => second.fate() === 'ECONNRESET');
      user.socket[end]();
      await waitUntil(() => front.forwarder.flows.size === 0);
    }
    expect(front.forwarder.counters.blocked['too-many']).toBe(2);
  });
});
