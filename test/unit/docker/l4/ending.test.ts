import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { echo, stage } from './stage.ts';

const { backend, forwarder, client } = stage();

/** One client in the middle of an exchange with the only target. */
async function talking(patch: Parameters<typeof forwarder>[1]) {
  const ends: string[] = [];
  const target = await backend((socket) => {
    echo(socket);
    socket.on('end', () => ends.push('FIN'));
    socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? ''));
  });
  const front = await forwarder([target.port], patch);
  const user = await client(front.port);
  user.socket.write('x');
  await waitUntil(() => user.text() === 'x');
  const leave = () =>
    front.change({ ...patch, targets: front.targets.map((t) => ({ ...t, draining: true })) });
  return { ends, target, front, user, leave };
}

describe('draining', () => {
  it('no new connection, and those there are go on; what is left is closed by FIN both ways', async () => {
    const { ends, front, user, leave } = await talking({ drainMs: 60_000, afterDrain: 'close' });
    leave();
    const late = await client(front.port);
    await waitUntil(() => late.fate() === 'ECONNRESET');
    user.socket.write('y');
    await waitUntil(() => user.text() === 'xy');
    // The delay is that of the moment when the drain began: begin again, with a short one.
    front.change({ drainMs: 50, afterDrain: 'close' });
    front.change({ drainMs: 50, afterDrain: 'close', targets: [] });
    await waitUntil(() => user.fate() === 'ended' && ends.length > 0);
    expect(ends).toEqual(['FIN']);
    expect(front.group.members[0]).toMatchObject({ state: 'unused', counters: { open: 0, reset: 0 } });
    expect(front.forwarder.counters.ended['let-go']).toBe(1);
  });

  it('closed by FIN: bytes already taken from the target still arrive', async () => {
    const body = Buffer.alloc(300_000, 7);
    const target = await backend((socket) => socket.write(body));
    const front = await forwarder([target.port], { drainMs: 0, afterDrain: 'close' });
    const user = await client(front.port);
    await waitUntil(() => front.forwarder.counters.bytes.sent === body.length);
    front.change({ drainMs: 0, afterDrain: 'close', targets: [] });
    await waitUntil(() => user.fate() === 'ended');
    expect(user.bytes().length).toBe(body.length);
  });

  it('or by RST', async () => {
    const { ends, front, user, leave } = await talking({ drainMs: 100, afterDrain: 'reset' });
    leave();
    await waitUntil(() => user.fate() === 'ECONNRESET' && ends.includes('ECONNRESET'));
    expect(front.group.members[0]?.counters.reset).toBe(1);
  });

  it('or kept for as long as it is used', async () => {
    const { front, user, leave } = await talking({ drainMs: 50, afterDrain: 'keep' });
    leave();
    await waitUntil(() => front.group.members[0]?.state === 'unused');
    user.socket.write('y');
    await waitUntil(() => user.text() === 'xy');
  });

  it('a target that comes back in time keeps its connections and gets new ones', async () => {
    const { front, user, leave } = await talking({ drainMs: 60_000, afterDrain: 'close' });
    leave();
    front.change({ drainMs: 60_000, afterDrain: 'close' });
    const next = await client(front.port);
    for (const one of [user, next]) one.socket.write('y');
    await waitUntil(() => user.text() === 'xy' && next.text() === 'y');
  });
});

describe('eviction', () => {
  const healthCheck = { protocol: 'tcp', intervalMs: 50, timeoutMs: 5000, unhealthyThreshold: 2 } as const;

  it.each([
    ['forget', 'says nothing; the next byte is answered with RST'],
    ['keep', 'leaves connections alone'],
  ] as const)('%s: %s', async (whenUnhealthy, _) => {
    const other = await backend();
    const target = await backend();
    const front = await forwarder([target.port, other.port], { healthCheck, whenUnhealthy });
    await waitUntil(() => front.group.members.every(({ state }) => state === 'healthy'));
    const user = await client(front.port);
    user.socket.write('x');
    await waitUntil(() => user.text() === 'x');
    target.server.close();
    await waitUntil(() => front.group.members[0]?.state === 'unhealthy');
    expect(user.fate()).toBe('open');
    user.socket.write('y');
    if (whenUnhealthy === 'forget') await waitUntil(() => user.fate() === 'ECONNRESET');
    else await waitUntil(() => user.text() === 'xy');
  });
});

describe('how connections ended is counted', () => {
  it.each([
    ['client-reset', 'client'],
    ['target-reset', 'target'],
  ] as const)('%s', async (end, who) => {
    const { front, user, target } = await talking({});
    const socket = who === 'client' ? user.socket : target.sockets[0];
    socket?.resetAndDestroy();
    await waitUntil(() => front.forwarder.flows.size === 0);
    expect(front.forwarder.counters.ended).toMatchObject({ [end]: 1, closed: 0 });
  });

  it('closed, idle', async () => {
    const { front, user, target } = await talking({});
    user.socket.end();
    target.sockets[0]?.end();
    await waitUntil(() => front.forwarder.counters.ended.closed === 1);
    const second = await client(front.port);
    front.change({ idleTimeoutMs: 100 });
    await waitUntil(() => front.forwarder.counters.ended.idle === 1);
    expect(second.fate()).toBe('open');
  });
});

describe('stopping', () => {
  it('closes the door and lets what is open finish', async () => {
    const { front, user, target } = await talking({ stopMs: 60_000 });
    let stopped = false;
    const stopping = front.forwarder.close().then(() => (stopped = true));
    const late = await client(front.port);
    await waitUntil(() => late.fate() === 'ECONNREFUSED');
    user.socket.write('y');
    await waitUntil(() => user.text() === 'xy');
    expect(stopped).toBe(false);
    user.socket.end();
    target.sockets[0]?.end();
    await stopping;
  });

  it('for so long, and no longer', async () => {
    const { front, user } = await talking({ stopMs: 100 });
    await front.forwarder.close();
    await waitUntil(() => user.fate() === 'ended');
  });
});
