import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { Conversations } from '../../../../../electron/host/capture/conversations.ts';
import { Crossings } from '../../../../../electron/host/capture/crossings.ts';
import { Lanes } from '../../../../../electron/host/capture/lanes.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { evidence } from '../../../../support/evidence.ts';
import type { Written } from '../../../../support/evidence.ts';
import { dockerMac, segment } from '../../../../support/packets.ts';
import type { Segment } from '../../../../support/packets.ts';

const nodes: Readonly<Record<string, string>> = {
  '10.0.0.1': 'client',
  '10.0.0.2': 'balancer',
  '10.0.0.3': 'backend-1',
};
const nodeAt = (address: string): string | null => nodes[address] ?? null;
const toBalancer = { from: '10.0.0.1', to: '10.0.0.2', toPort: 80 };
const toBackend = { from: '10.0.0.2', to: '10.0.0.3', toPort: 8080 };

/** Packets at chosen times, and a verdict at 10 s about a step that opened at 5 s. */
function run() {
  const crossings = new Crossings(new Conversations(nodeAt), new Lanes(nodeAt), {
    crossings: 10_000,
    bytes: 1e7,
  });
  let id = 0;
  const seen = (at: number, places: readonly string[], of: Segment): void => {
    const bytes = segment({ id: ++id, ...of });
    for (const node of places) crossings.add({ node, at, length: bytes.length, bytes });
  };
  return {
    seen,
    open(at: number, places: readonly string[], of: Omit<Segment, 'seq' | 'flags'> & { seq?: number }): void {
      const { seq = 100 } = of;
      const back = {
        ...of,
        from: of.to,
        to: of.from,
        fromPort: of.toPort,
        toPort: of.fromPort,
        fromMac: of.toMac,
        toMac: of.fromMac,
      };
      seen(at, places, { ...of, seq, flags: 'S' });
      seen(at + 1, places, { ...withoutMac(back), seq: 900, ack: seq + 1, flags: 'SA' });
      seen(at + 2, places, { ...of, seq: seq + 1, ack: 901, flags: 'A' });
    },
    judge: (check: unknown, written: Written = {}, watched: number | null = 0) =>
      evaluate(
        's',
        checkSchema.parse(check),
        evidence({
          now: 10_000,
          stepOpenedAt: 5000,
          groups: { backend: ['backend-1'] },
          captured: { crossings: crossings.all, watchedSince: () => watched },
          ...written,
        }),
      ),
  };
}

function withoutMac<T extends { fromMac?: string | undefined; toMac?: string | undefined }>(of: T) {
  const { fromMac, toMac, ...rest } = of;
  return {
    ...rest,
    ...(fromMac === undefined ? {} : { fromMac }),
    ...(toMac === undefined ? {} : { toMac }),
  };
}

describe('captured', () => {
  it('counts what was seen at a node since the step opened, and nothing from before', () => {
    const lab = run();
    lab.open(1000, ['client'], { ...toBalancer, fromPort: 1 });
    for (const port of [2, 3]) lab.open(6000 + port, ['client'], { ...toBalancer, fromPort: port });
    lab.open(7000, ['balancer'], { ...toBackend, fromPort: 4 });
    const check = { type: 'captured', at: 'client', of: 'handshakes', atLeast: 2 };
    expect(lab.judge(check)).toMatchObject({ state: 'pass', measured: '2 handshakes in 5000 ms' });
    expect(lab.judge({ ...check, atLeast: 3 }).state).toBe('waiting');
    expect(lab.judge({ ...check, to: 'backend' }).state).toBe('waiting');
    expect(lab.judge({ ...check, at: 'balancer', atLeast: 1, to: 'backend' }).state).toBe('pass');
  });

  it('waits where nothing is captured, and says so', () => {
    const check = { type: 'captured', at: 'client', of: 'handshakes', atMost: 0, seconds: 1 };
    expect(run().judge(check, {}, null)).toMatchObject({
      state: 'waiting',
      measured: 'nothing is captured there',
    });
    expect(run().judge(check, { captured: null }).state).toBe('waiting');
  });

  it('says "at most" only of a time that was watched from end to end', () => {
    const lab = run();
    const check = { type: 'captured', at: 'client', of: 'handshakes', atMost: 1, seconds: 3 };
    expect(lab.judge(check).state).toBe('pass');
    expect(lab.judge(check, {}, 8000).state).toBe('waiting');
    for (const port of [1, 2]) lab.open(8000 + port, ['client'], { ...toBalancer, fromPort: port });
    expect(lab.judge(check)).toMatchObject({ state: 'fail', measured: '2 handshakes in 3000 ms' });
  });

  it('says "at most" of all since the step opened, where nothing of that was missed', () => {
    const lab = run();
    const check = { type: 'captured', at: 'client', of: 'handshakes', atMost: 1 };
    lab.open(6000, ['client'], { ...toBalancer, fromPort: 1 });
    expect(lab.judge(check).state).toBe('pass');
    expect(lab.judge(check, {}, 5500).state).toBe('waiting');
    lab.open(7000, ['client'], { ...toBalancer, fromPort: 2 });
    expect(lab.judge(check).state).toBe('fail');
  });

  it('tells connections apart by whose address they come from', () => {
    const lab = run();
    // Rewritten on the way: the balancer's card, the client's address.
    const kept = { from: '10.0.0.1', to: '10.0.0.3', toPort: 8080, fromMac: dockerMac('10.0.0.2') };
    lab.open(6000, ['backend-1'], { ...kept, fromPort: 1 });
    lab.open(7000, ['backend-1'], { ...toBackend, fromPort: 2 });
    const check = { type: 'captured', at: 'backend', of: 'handshakes', atLeast: 1 };
    expect(lab.judge({ ...check, source: 'client' }).measured).toBe('1 handshakes in 5000 ms');
    expect(lab.judge({ ...check, source: 'balancer' }).measured).toBe('1 handshakes in 5000 ms');
    expect(lab.judge({ ...check, from: 'balancer', atLeast: 2 }).state).toBe('pass');
  });

  it('counts what is sent again, refused and reset', () => {
    const lab = run();
    lab.seen(6000, ['client'], { ...toBalancer, fromPort: 1, seq: 1, flags: 'S' });
    lab.seen(6500, ['client'], { ...toBalancer, fromPort: 1, seq: 1, flags: 'S' });
    lab.seen(6600, ['client'], {
      from: '10.0.0.2',
      to: '10.0.0.1',
      fromPort: 80,
      toPort: 1,
      seq: 0,
      ack: 2,
      flags: 'RA',
    });
    const count = (of: string) => lab.judge({ type: 'captured', at: 'client', of, atLeast: 1 }).measured;
    expect(count('again')).toBe('1 packets sent again in 5000 ms');
    expect(count('refused')).toBe('1 refused connections in 5000 ms');
    expect(count('reset')).toBe('0 resets in 5000 ms');
  });
});

describe('captured-text', () => {
  const say = (lab: ReturnType<typeof run>, data: string, times: number, from = 0) => {
    for (let n = from; n < from + times; n++)
      lab.seen(6000 + n, ['backend-1'], {
        ...toBackend,
        fromPort: 1,
        seq: 1 + n * 100,
        ack: 1,
        flags: 'PA',
        data,
      });
  };
  const check = { type: 'captured-text', at: 'backend', matches: 'password=\\w+' };

  it('finds what anyone on the wire can read', () => {
    const lab = run();
    say(lab, 'GET /login?password=tulip', 1);
    expect(lab.judge({ ...check, seen: true })).toMatchObject({
      state: 'pass',
      measured: 'readable in 1 of 1 packets with data',
    });
    expect(lab.judge({ ...check, seen: false }).state).toBe('fail');
  });

  it('says that nothing is readable only of a fair sample', () => {
    const lab = run();
    say(lab, '\x17\x03\x03\0\x20 hidden', 19);
    expect(lab.judge({ ...check, seen: false }).state).toBe('waiting');
    say(lab, '\x17\x03\x03\0\x20 hidden', 1, 19);
    expect(lab.judge({ ...check, seen: false }).state).toBe('pass');
    expect(lab.judge({ ...check, seen: true }).state).toBe('waiting');
  });
});

describe('captured-same', () => {
  const check = { type: 'captured-same', left: 'client', right: 'backend', sample: 2 };

  it('knows a connection that was only rewritten by its numbers', () => {
    const lab = run();
    for (const port of [1, 2]) {
      lab.open(6000 + port, ['client'], { ...toBalancer, fromPort: port, seq: 5000 + port });
      const rewritten = { from: '10.0.0.1', to: '10.0.0.3', toPort: 8080, fromMac: dockerMac('10.0.0.2') };
      lab.open(6000 + port + 0.1, ['backend-1'], { ...rewritten, fromPort: port, seq: 5000 + port });
    }
    expect(lab.judge({ ...check, same: true })).toMatchObject({
      state: 'pass',
      measured: 'of 2 pairs, 2 have the same sequence numbers',
    });
    expect(lab.judge({ ...check, same: false }).state).toBe('fail');
  });

  it('knows a proxy by the two that carry one request', () => {
    const lab = run();
    const data = (n: number) => `GET / HTTP/1.1\r\nx-request-id: ${n}\r\n\r\n`;
    for (const n of [1, 2]) {
      lab.open(6000 + n, ['client'], { ...toBalancer, fromPort: n, seq: 5000 });
      lab.seen(6010 + n, ['client'], {
        ...toBalancer,
        fromPort: n,
        seq: 5001,
        ack: 901,
        flags: 'PA',
        data: data(n),
      });
      lab.open(6020 + n, ['backend-1'], { ...toBackend, fromPort: n, seq: 7000 });
      lab.seen(6030 + n, ['backend-1'], {
        ...toBackend,
        fromPort: n,
        seq: 7001,
        ack: 901,
        flags: 'PA',
        data: data(n),
      });
    }
    expect(lab.judge({ ...check, same: false })).toMatchObject({ state: 'pass' });
    expect(lab.judge({ ...check, same: true }).state).toBe('fail');
    expect(lab.judge({ ...check, same: true, sample: 3 }).state).toBe('waiting');
  });
});
