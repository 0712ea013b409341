import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../support/wait.ts';
import { ask, namedEcho, udpForwarderTo, udpPeer } from './udp-rig.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function echo(name: string) {
  const made = await namedEcho(name);
  cleanups.push(made.close);
  return made;
}
async function client() {
  const made = await udpPeer();
  cleanups.push(made.close);
  return made;
}
async function forwarder(...args: Parameters<typeof udpForwarderTo>) {
  const made = await udpForwarderTo(...args);
  cleanups.push(made.close);
  return made;
}

describe('UDP through the forwarder', () => {
  it('a flow stays with its target, and replies come from the address that was written to', async () => {
    const [one, two] = [await echo('one'), await echo('two')];
    const front = await forwarder([one.port, two.port]);
    const [anna, ben] = [await client(), await client()];
    const first = (await ask(anna, front.port, 'a1')).split(' ')[0];
    const other = (await ask(ben, front.port, 'b1')).split(' ')[0];
    expect([first, other].sort()).toEqual(['one', 'two']);
    for (const text of ['a2', 'a3', 'a4']) expect(await ask(anna, front.port, text)).toBe(`${first} ${text}`);
    expect(new Set(anna.heard.map(({ from }) => from.port))).toEqual(new Set([front.port]));
    expect(front.counters.connections).toEqual({ accepted: 2, open: 2, refused: 0, failed: 0 });
    const flow = [...front.udp.flows].find(({ key }) => key.sourcePort === anna.port);
    expect(flow?.upstream?.to).toBe(`127.0.0.1:${first === 'one' ? one.port : two.port}`);
    const { fromClients, toTargets, fromTargets, toClients } = front.udp.datagrams;
    expect(toTargets).toBe(fromClients);
    expect(toClients).toBe(fromTargets);
  });

  it('is forgotten after silence; what is said next is a new flow and may go elsewhere', async () => {
    const [one, two] = [await echo('one'), await echo('two')];
    const front = await forwarder([one.port, two.port], { udpIdleMs: 1500 });
    const anna = await client();
    const first = (await ask(anna, front.port, 'a1')).split(' ')[0];
    await waitUntil(() => front.udp.flows.size === 0, 15_000, 'the flow to be forgotten');
    expect(front.counters.connections.open).toBe(0);
    expect(front.group.members.map(({ active }) => active)).toEqual([0, 0]);
    expect((await ask(anna, front.port, 'a2')).split(' ')[0]).not.toBe(first);
  });

  it('takes no more flows than it may hold, and counts what it drops', async () => {
    const one = await echo('one');
    const front = await forwarder([one.port], { udpFlows: 1 });
    const [anna, ben] = [await client(), await client()];
    await ask(anna, front.port, 'a1');
    ben.socket.send('b1', front.port, '127.0.0.1');
    await waitUntil(() => front.udp.datagrams.dropped > 0, 15_000, 'a dropped datagram');
    expect(front.counters.connections.refused).toBeGreaterThan(0);
    expect(front.udp.flows.size).toBe(1);
    expect(await ask(anna, front.port, 'a2')).toBe('one a2');
  });

  it('nobody may be used: the datagram is dropped and holds no place', async () => {
    const front = await forwarder([]);
    const anna = await client();
    anna.socket.send('a1', front.port, '127.0.0.1');
    await waitUntil(() => front.udp.datagrams.dropped === 1, 15_000, 'a dropped datagram');
    expect(front.udp.flows.size).toBe(0);
  });

  it('a port that nobody listens on counts as failed, and the next datagram may find another', async () => {
    const gone = await client();
    gone.close();
    const front = await forwarder([gone.port]);
    const anna = await client();
    await waitUntil(
      () => {
        anna.socket.send('a1', front.port, '127.0.0.1');
        return (front.group.members[0]?.counters.failed ?? 0) > 0;
      },
      15_000,
      'a refusal',
    );
    const one = await echo('one');
    front.change({ targets: [{ id: 't2', address: '127.0.0.1', port: one.port }] });
    expect(await ask(anna, front.port, 'a2')).toBe('one a2');
  });

  it('is switched on and off while it runs', async () => {
    const one = await echo('one');
    const front = await forwarder([one.port]);
    const anna = await client();
    await ask(anna, front.port, 'a1');
    front.change({ udp: false });
    expect(front.udp.flows.size).toBe(0);
    front.change({ udp: true });
    expect(await ask(anna, front.port, 'a2')).toBe('one a2');
    expect(front.notes).toEqual([]);
  });

  it('a leaving target keeps its flows; an unhealthy one loses them, where the settings say so', async () => {
    const [one, two] = [await echo('one'), await echo('two')];
    const front = await forwarder([one.port, two.port]);
    const anna = await client();
    const first = (await ask(anna, front.port, 'a1')).split(' ')[0];
    const own = first === 'one' ? 't1' : 't2';
    front.change({ targets: front.targets.map((t) => ({ ...t, draining: t.id === own })) });
    expect((await ask(anna, front.port, 'a2')).split(' ')[0]).toBe(first);
    for (const member of front.group.members) for (const held of [...member.held]) held.letGo('reset');
    expect((await ask(anna, front.port, 'a3')).split(' ')[0]).not.toBe(first);
  });

  it('without memory, each datagram goes where the hash says now', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const peers = await Promise.all(names.map(echo));
    const front = await forwarder(
      peers.map(({ port }) => port),
      { udpRemember: false, algorithm: 'modulo-hash' },
    );
    const clients = await Promise.all(Array.from({ length: 12 }, client));
    const answers = (text: string) =>
      Promise.all(clients.map(async (one) => (await ask(one, front.port, text)).split(' ')[0]));
    const before = await answers('x1');
    expect(await answers('x2')).toEqual(before);
    front.change({ targets: front.targets.slice(1) });
    const after = await answers('x3');
    expect(after).not.toContain('one');
    // All of twelve would stay with chance (1/5)^12 at most.
    expect(after).not.toEqual(before);
    front.change({ targets: front.targets.slice(1), udpRemember: true });
    expect(await answers('x4')).toEqual(after);
    front.change({ udpRemember: true });
    expect(await answers('x5')).toEqual(after);
  });
});
