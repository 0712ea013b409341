import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { deadPort, forwarderTo, rawBackend, rawClient } from './rig.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function backend(onSocket: (socket: Socket) => void, port?: number) {
  const made = await rawBackend(onSocket, port);
  cleanups.push(made.close);
  return made;
}

async function forwarder(...args: Parameters<typeof forwarderTo>) {
  const made = await forwarderTo(...args);
  cleanups.push(made.close);
  return made;
}

async function client(port: number) {
  const made = await rawClient(port);
  cleanups.push(() => Promise.resolve(made.socket.destroy()));
  return made;
}

const echo = (socket: Socket) => void socket.on('data', (chunk) => socket.write(chunk));

describe('L4 socket life', () => {
  it('half-close by the client: FIN passes on, the answer still comes back', async () => {
    const target = await backend((socket) => {
      let asked = '';
      socket.on('data', (chunk) => (asked += String(chunk)));
      socket.on('end', () => socket.end(`you said ${asked}`));
    });
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.end('hello');
    await waitUntil(() => user.fate() === 'ended');
    expect(user.text()).toBe('you said hello');
    await waitUntil(() => front.forwarder.counters.connections.open === 0);
    expect(front.group.members[0]?.counters).toMatchObject({
      opened: 1,
      open: 0,
      toTarget: 5,
      fromTarget: 14,
    });
  });

  it('half-close by the target: FIN passes on, the client may go on talking', async () => {
    let heard = '';
    const target = await backend((socket) => {
      socket.on('data', (chunk) => (heard += String(chunk)));
      socket.end('bye');
    });
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ended');
    expect(user.text()).toBe('bye');
    user.socket.write('still here');
    await waitUntil(() => heard === 'still here');
    expect(front.forwarder.counters.connections.open).toBe(1);
    user.socket.end();
    await waitUntil(() => front.forwarder.counters.connections.open === 0);
  });

  it('reset by the target passes on as reset', async () => {
    const target = await backend((socket) => socket.on('data', () => socket.resetAndDestroy()));
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.write('x');
    await waitUntil(() => user.fate() === 'ECONNRESET');
    await waitUntil(() => front.forwarder.counters.connections.open === 0);
  });

  it('reset by the client passes on as reset', async () => {
    const errors: string[] = [];
    const target = await backend((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
      echo(socket);
    });
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.write('x');
    await waitUntil(() => user.text() === 'x');
    user.socket.resetAndDestroy();
    await waitUntil(() => errors.includes('ECONNRESET'));
    await waitUntil(() => front.forwarder.counters.connections.open === 0);
  });

  it('a client that leaves while the target works takes the connection with it', async () => {
    const target = await backend((socket) => socket.resume());
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.write('work!');
    await waitUntil(() => target.sockets[0]?.bytesRead === 5);
    user.socket.resetAndDestroy();
    await waitUntil(() => target.sockets[0]?.destroyed);
    await waitUntil(() => front.forwarder.flows.size === 0);
  });

  it('a slow reader stops the target, memory stays bounded, and every byte arrives in order', async () => {
    const body = randomBytes(24 * 1024 * 1024);
    const target = await backend((socket) => socket.end(body));
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.pause();
    const { bytes } = front.forwarder.counters;
    // It stops before everything was read: what lies between is the kernel's buffers and one or two of ours.
    let before = -1;
    await waitUntil(async () => {
      before = bytes.sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bytes.sent > 0 && bytes.sent === before;
    });
    expect(bytes.sent).toBeLessThan(body.length);
    user.socket.resume();
    await waitUntil(() => user.fate() === 'ended', 20_000);
    expect(user.bytes().equals(body)).toBe(true);
  });

  it('a slow target stops the client, and every byte arrives in order', async () => {
    const body = randomBytes(24 * 1024 * 1024);
    const target = await backend((socket) => socket.pause());
    const front = await forwarder([target.port]);
    const user = await client(front.port);
    user.socket.end(body);
    const { bytes } = front.forwarder.counters;
    let before = -1;
    await waitUntil(async () => {
      before = bytes.received;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bytes.received > 0 && bytes.received === before;
    });
    expect(bytes.received).toBeLessThan(body.length);
    const hash = createHash('sha256');
    let ended = false;
    const [socket] = target.sockets;
    socket?.on('data', (chunk) => hash.update(chunk));
    socket?.on('end', () => (ended = true));
    socket?.resume();
    await waitUntil(() => ended, 20_000);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it.each([3_000, 20_000])(
    'a write that waits keeps its bytes while later reads of %i bytes arrive',
    async (size) => {
      const body = randomBytes(16 * 1024 * 1024);
      const target = await backend((socket) => {
        let at = 0;
        const more = () => {
          if (at >= body.length) return void socket.end();
          socket.write(body.subarray(at, at + size));
          at += size;
          setImmediate(more);
        };
        more();
      });
      const front = await forwarder([target.port]);
      const users = [await client(front.port), await client(front.port)];
      for (const user of users) user.socket.pause();
      const { bytes } = front.forwarder.counters;
      let before = -1;
      await waitUntil(async () => {
        before = bytes.sent;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return bytes.sent > 0 && bytes.sent === before;
      }, 30_000);
      for (const user of users) user.socket.resume();
      await waitUntil(() => users.every((user) => user.fate() === 'ended'), 30_000);
      for (const user of users) expect(user.bytes().equals(body)).toBe(true);
    },
    90_000,
  );

  it('refused: the client is reset, and it is counted', async () => {
    const front = await forwarder([await deadPort()]);
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ECONNRESET');
    expect(front.forwarder.counters.connections).toEqual({ accepted: 1, open: 0, refused: 0, failed: 1 });
    expect(front.group.members[0]?.counters).toMatchObject({ opened: 0, failed: 1 });
  });

  it('refused with retries: another target takes it, with the bytes that came meanwhile', async () => {
    const target = await backend(echo);
    const front = await forwarder([await deadPort(), target.port], { connectRetries: 1 });
    const user = await client(front.port);
    user.socket.write('early');
    await waitUntil(() => user.text() === 'early');
    expect(front.group.members.map(({ counters }) => [counters.opened, counters.failed])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(front.forwarder.counters.connections.failed).toBe(0);
  });

  it('nobody to send to: reset at once', async () => {
    const front = await forwarder([]);
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ECONNRESET');
    expect(front.forwarder.counters.connections).toEqual({ accepted: 1, open: 0, refused: 1, failed: 0 });
  });

  it('idle and forgotten: silence at the limit, RST to whoever speaks next', async () => {
    const errors: string[] = [];
    const target = await backend((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
      echo(socket);
    });
    const front = await forwarder([target.port], { idleTimeoutMs: 200, whenIdle: 'forget' });
    const user = await client(front.port);
    user.socket.write('a');
    await waitUntil(() => user.text() === 'a');
    await waitUntil(() => front.forwarder.flows.size === 0);
    expect(user.fate()).toBe('open');
    expect(errors).toEqual([]);
    user.socket.write('b');
    await waitUntil(() => user.fate() === 'ECONNRESET');
    // The other end knows nothing until it speaks itself.
    expect(errors).toEqual([]);
    target.sockets[0]?.write('anyone there?');
    await waitUntil(() => errors.includes('ECONNRESET'));
  });

  it('idle and closed: FIN to both', async () => {
    let ended = false;
    const target = await backend((socket) => {
      socket.on('end', () => (ended = true));
      echo(socket);
    });
    const front = await forwarder([target.port], { idleTimeoutMs: 200, whenIdle: 'close' });
    const user = await client(front.port);
    await waitUntil(() => user.fate() === 'ended' && ended);
  });

  it('bytes keep a connection alive', async () => {
    const target = await backend(echo);
    const front = await forwarder([target.port], { idleTimeoutMs: 3000, whenIdle: 'close' });
    const user = await client(front.port);
    const began = Date.now();
    await waitUntil(() => {
      user.socket.write('.');
      return Date.now() - began > 4000;
    });
    expect(user.fate()).toBe('open');
  });

  it('settings change under a streaming connection without a byte lost', async () => {
    const first = await backend(echo);
    const second = await backend(echo);
    const front = await forwarder([first.port, second.port], { drainMs: 60_000 });
    const user = await client(front.port);
    let sent = '';
    const say = async (text: string) => {
      user.socket.write(text);
      sent += text;
      await waitUntil(() => user.text() === sent);
    };
    await say('one');
    front.change({ healthCheck: { protocol: 'tcp', intervalMs: 50, timeoutMs: 1000 } });
    await say('two');
    front.change({ algorithm: 'least-connections' });
    await say('three');
    front.change({ targets: front.targets.filter(({ id }) => id === 't1') });
    await say('four');
    front.change({ idleTimeoutMs: 100_000, connectTimeoutMs: 5 });
    await say('five');
    expect(front.group.members[0]?.counters).toMatchObject({ opened: 1, open: 1, reset: 0 });
    expect(user.fate()).toBe('open');
  });

  it('eviction resets the connections of the evicted target, and only those', async () => {
    const first = await backend(echo);
    const second = await backend(echo);
    const front = await forwarder([first.port, second.port], {
      healthCheck: { protocol: 'tcp', intervalMs: 50, timeoutMs: 5000, unhealthyThreshold: 2 },
      whenUnhealthy: 'reset',
    });
    await waitUntil(() => front.group.members.every(({ state }) => state === 'healthy'));
    const users = [await client(front.port), await client(front.port)] as const;
    for (const user of users) user.socket.write('x');
    await waitUntil(() => users.every((user) => user.text() === 'x'));
    // The listener goes, the open connection stays: only the probes notice.
    first.server.close();
    await waitUntil(() => users[0].fate() === 'ECONNRESET');
    users[1].socket.write('y');
    await waitUntil(() => users[1].text() === 'xy');
    expect(front.group.members.map(({ counters }) => counters.reset)).toEqual([1, 0]);
  });
});
