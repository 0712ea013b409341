import { describe, expect, it } from 'vitest';
import { Conversations } from '../../../../../electron/host/capture/conversations.ts';
import { Crossings } from '../../../../../electron/host/capture/crossings.ts';
import { Lanes } from '../../../../../electron/host/capture/lanes.ts';
import { packetRow } from '../../../../../electron/host/capture/view.ts';
import { dockerMac, segment } from '../../../../support/packets.ts';
import type { Segment } from '../../../../support/packets.ts';

const addresses: Readonly<Record<string, string>> = {
  '10.0.0.1': 'client',
  '10.0.0.2': 'balancer',
  '10.0.0.3': 'backend',
};
const client = { from: '10.0.0.1', to: '10.0.0.2', fromPort: 40_000, toPort: 80 };
const balancer = { from: '10.0.0.2', to: '10.0.0.1', fromPort: 80, toPort: 40_000 };
const out = { from: '10.0.0.2', to: '10.0.0.3', fromPort: 50_000, toPort: 8080 };
const back = { from: '10.0.0.3', to: '10.0.0.2', fromPort: 8080, toPort: 50_000 };

function capture(limits = { crossings: 1000, bytes: 1_000_000 }) {
  const nodeAt = (address: string): string | null => addresses[address] ?? null;
  const conversations = new Conversations(nodeAt);
  const lanes = new Lanes(nodeAt);
  const crossings = new Crossings(conversations, lanes, limits);
  let at = 1000;
  let id = 0;
  return {
    crossings,
    conversations,
    lanes,
    /** One packet, seen at each of these nodes a moment apart. */
    seen(nodes: readonly string[], of: Segment): void {
      const bytes = segment({ id: ++id, ...of });
      for (const node of nodes) crossings.add({ node, at: (at += 0.01), length: bytes.length, bytes });
      at += 1;
    },
    wait: (ms: number) => void (at += ms),
    list: () => [...conversations.list()],
    rows: () => crossings.all.map(packetRow),
  };
}

/** A whole connection: three-way handshake, a request and its answer, four-way close. */
function connection(
  run: ReturnType<typeof capture>,
  nodes: readonly string[],
  request = 'GET / HTTP/1.1\r\n\r\n',
): void {
  const asked = request.length;
  run.seen(nodes, { ...client, seq: 100, flags: 'S' });
  run.seen(nodes, { ...balancer, seq: 900, ack: 101, flags: 'SA' });
  run.seen(nodes, { ...client, seq: 101, ack: 901, flags: 'A' });
  run.seen(nodes, { ...client, seq: 101, ack: 901, flags: 'PA', data: request });
  run.seen(nodes, { ...balancer, seq: 901, ack: 101 + asked, flags: 'PA', data: 'HTTP/1.1 200 OK\r\n\r\n' });
  run.seen(nodes, { ...client, seq: 101 + asked, ack: 920, flags: 'FA' });
  run.seen(nodes, { ...balancer, seq: 920, ack: 102 + asked, flags: 'FA' });
  run.seen(nodes, { ...client, seq: 102 + asked, ack: 921, flags: 'A' });
}

describe('what was captured', () => {
  it('makes one crossing of a packet that two nodes saw, in the order of time', () => {
    const run = capture();
    connection(run, ['client', 'balancer']);
    expect(
      run.rows().map(({ from, to, text, seenAt }) => `${from} ${to} ${text} (${seenAt.join(' ')})`),
    ).toEqual([
      'client balancer SYN (client balancer)',
      'balancer client SYN ACK (client balancer)',
      'client balancer ACK (client balancer)',
      'client balancer GET / (client balancer)',
      'balancer client 200 OK (client balancer)',
      'client balancer FIN ACK (client balancer)',
      'balancer client FIN ACK (client balancer)',
      'client balancer ACK (client balancer)',
    ]);
  });

  it('numbers each direction from its own beginning, and tells the layers', () => {
    const run = capture();
    connection(run, ['client']);
    expect(
      run.rows().map(({ relativeSeq, relativeAck, layer }) => [relativeSeq, relativeAck, layer]),
    ).toEqual([
      [0, null, 4],
      [0, 1, 4],
      [1, 1, 4],
      [1, 1, 7],
      [1, 19, 7],
      [19, 20, 4],
      [20, 20, 4],
      [20, 21, 4],
    ]);
  });

  it('sees a handshake and a close, once each, whoever looks', () => {
    const run = capture();
    connection(run, ['client', 'balancer']);
    const marks = run.rows().flatMap((row) => row.marks);
    expect(marks.filter((mark) => mark === 'established')).toHaveLength(1);
    expect(marks.filter((mark) => mark === 'closed')).toHaveLength(1);
    expect(marks).not.toContain('again');
    const [one] = run.list();
    expect(one).toMatchObject({ life: 'closed', talk: 'http', packets: 8 });
    expect([one?.sides.client.bytes, one?.sides.server.bytes]).toEqual([18, 19]);
  });

  it('marks what is sent again, and no packet that two nodes saw', () => {
    const run = capture();
    const both = ['client', 'balancer'];
    run.seen(both, { ...client, seq: 100, flags: 'S' });
    run.seen(both, { ...balancer, seq: 900, ack: 101, flags: 'SA' });
    run.seen(both, { ...client, seq: 101, ack: 901, flags: 'PA', data: 'abc' });
    // Lost on the way: only its sender saw it.
    run.seen(['client'], { ...client, seq: 104, ack: 901, flags: 'PA', data: 'def' });
    run.seen(both, { ...client, seq: 107, ack: 901, flags: 'PA', data: 'ghi' });
    run.wait(200);
    run.seen(both, { ...client, seq: 104, ack: 901, flags: 'PA', data: 'def' });
    expect(run.rows().map(({ marks }) => marks.includes('again'))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(run.list()[0]?.retransmissions).toBe(1);
  });

  it('does not take a keep-alive probe, an acknowledgement or a wrapped number for something sent again', () => {
    const run = capture();
    run.seen(['client'], { ...client, seq: 0xffff_fff0, flags: 'S' });
    run.seen(['client'], { ...client, seq: 0xffff_fff1, ack: 1, flags: 'PA', data: 'x'.repeat(30) });
    run.seen(['client'], { ...client, seq: 15, ack: 1, flags: 'PA', data: 'after the turn' });
    run.seen(['client'], { ...client, seq: 29, ack: 1, flags: 'A' });
    run.seen(['client'], { ...client, seq: 29, ack: 1, flags: 'A' });
    run.seen(['client'], { ...client, seq: 28, ack: 1, flags: 'A' });
    const marks = run.rows().map((row) => row.marks.join());
    expect(marks).toEqual(['open', '', '', '', '', 'keep-alive']);
  });

  it('tells a refusal from a reset', () => {
    const run = capture();
    run.seen(['client'], { ...client, seq: 1, flags: 'S' });
    run.seen(['client'], { ...balancer, seq: 0, ack: 2, flags: 'RA' });
    const other = { fromPort: 40_001 };
    run.seen(['client'], { ...client, ...other, seq: 1, flags: 'S' });
    run.seen(['client'], { ...balancer, toPort: 40_001, seq: 5, ack: 2, flags: 'SA' });
    run.seen(['client'], { ...client, ...other, seq: 2, ack: 6, flags: 'A' });
    run.seen(['client'], { ...balancer, toPort: 40_001, seq: 6, ack: 2, flags: 'R' });
    expect(run.list().map(({ life }) => life)).toEqual(['refused', 'reset']);
  });

  it('begins a new connection when the same ports open again', () => {
    const run = capture();
    connection(run, ['client']);
    run.seen(['client'], { ...client, seq: 77_000, flags: 'S' });
    run.seen(['client'], { ...client, seq: 77_000, flags: 'S' });
    expect(run.list().map(({ packets }) => packets)).toEqual([8, 2]);
    expect(run.list()[1]?.retransmissions).toBe(1);
  });

  it('tells who is the client of a connection that was there before', () => {
    const run = capture();
    run.seen(['client'], { ...balancer, seq: 5, ack: 5, flags: 'PA', data: 'more' });
    expect(run.list()[0]).toMatchObject({ midway: true, client: { node: 'client' }, server: { port: 80 } });
  });
});

describe('connections are joined', () => {
  it('through address translation, by the sequence number that it leaves as it is', () => {
    const run = capture();
    run.seen(['client', 'balancer'], { ...client, seq: 4711, flags: 'S' });
    run.seen(['balancer', 'backend'], {
      ...out,
      from: '10.0.0.1',
      fromPort: 40_000,
      fromMac: dockerMac('10.0.0.2'),
      seq: 4711,
      flags: 'S',
    });
    const [first, second] = run.list();
    expect(first?.links).toEqual([{ other: second, why: 'rewritten' }]);
    // Sent by the balancer's card under the client's address.
    expect(run.rows()[1]).toMatchObject({ from: 'balancer', to: 'backend', source: '10.0.0.1:40000' });
  });

  it('through a proxy, by the id of the request, also when the upstream connection carries many', () => {
    const run = capture();
    const head = (id: string) => `GET / HTTP/1.1\r\nX-Request-Id: ${id}\r\n\r\n`;
    run.seen(['balancer'], { ...client, seq: 1, ack: 1, flags: 'PA', data: head('a') });
    run.seen(['balancer'], { ...out, seq: 1, ack: 1, flags: 'PA', data: head('a') });
    run.seen(['balancer'], { ...client, fromPort: 40_001, seq: 1, ack: 1, flags: 'PA', data: head('b') });
    run.seen(['balancer'], { ...out, seq: 1 + head('a').length, ack: 1, flags: 'PA', data: head('b') });
    const [one, upstream, other] = run.list();
    expect(upstream?.links.map(({ other: to, why }) => [to.id, why])).toEqual([
      [one?.id, 'request-id'],
      [other?.id, 'request-id'],
    ]);
  });

  it('through a forwarder that reads nothing, by equal first bytes, unless two fit', () => {
    const joins = (openAtOnce: number) => {
      const run = capture();
      for (let n = 0; n < openAtOnce; n++)
        run.seen(['balancer'], {
          ...client,
          fromPort: 40_000 + n,
          seq: 1,
          ack: 1,
          flags: 'PA',
          data: 'opaque',
        });
      run.seen(['balancer'], { ...out, seq: 1, ack: 1, flags: 'PA', data: 'opaque' });
      return run
        .list()
        .at(-1)
        ?.links.map(({ why }) => why);
    };
    expect(joins(1)).toEqual(['same-bytes']);
    expect(joins(2)).toEqual([]);
  });

  it('keeps a packet that passes one card twice apart by who sent it', () => {
    const run = capture();
    // Direct server return: in from the client, out to the backend, the same IP packet.
    run.seen(['balancer'], { ...client, seq: 9, flags: 'S' });
    run.seen(['balancer'], {
      ...client,
      seq: 9,
      flags: 'S',
      fromMac: dockerMac('10.0.0.2'),
      toMac: dockerMac('10.0.0.3'),
    });
    expect(run.rows().map(({ from, to, marks }) => [from, to, marks.includes('again')])).toEqual([
      ['client', 'balancer', false],
      ['balancer', 'backend', false],
    ]);
    expect(run.list()).toHaveLength(1);
  });
});

describe('the ring', () => {
  it('lets the oldest go by number, and says up to when it has forgotten', () => {
    const run = capture({ crossings: 100, bytes: 1_000_000 });
    for (let n = 0; n < 300; n++) run.seen(['client'], { ...back, seq: n, ack: 1, flags: 'A' });
    expect(run.crossings.all.length).toBeLessThanOrEqual(100);
    expect(run.crossings.all.at(-1)?.seq).toBe(300);
    const { count, until } = run.crossings.lost;
    expect(count + run.crossings.all.length).toBe(300);
    expect(until).toBeLessThan(run.crossings.all[0]?.at ?? 0);
  });

  it('lets the oldest go by bytes', () => {
    const run = capture({ crossings: 1000, bytes: 10_000 });
    for (let n = 0; n < 100; n++)
      run.seen(['client', 'balancer'], {
        ...client,
        seq: n * 1000,
        ack: 1,
        flags: 'A',
        data: 'x'.repeat(1000),
      });
    expect(run.crossings.bytes).toBeLessThanOrEqual(10_000);
    const held = run.crossings.all
      .flatMap(({ looks }) => looks)
      .reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(run.crossings.bytes).toBe(held);
  });
});
