import { describe, expect, it } from 'vitest';
import type { PacketRow } from '../../../../electron/contract/capture.ts';
import type { NodeState } from '../../../../electron/contract/session.ts';
import { hexLines } from '../../../../renderer/packets/hex-lines.ts';
import { lanesOf, spanOf, visible } from '../../../../renderer/packets/lanes.ts';
import { markWords, numbers, offset, spoken } from '../../../../renderer/packets/packet-words.ts';

function row(some: Partial<PacketRow>): PacketRow {
  return {
    seq: 1,
    at: 1000,
    from: 'client',
    to: 'balancer',
    source: '10.0.0.1:40000',
    destination: '10.0.0.2:80',
    layer: 4,
    protocol: 'TCP',
    text: 'SYN',
    conversation: 'c1',
    relativeSeq: 0,
    relativeAck: null,
    bytes: 0,
    marks: [],
    seenAt: ['client'],
    ...some,
  };
}

const nodes = [
  { name: 'backend', tier: 3 },
  { name: 'client', tier: 0 },
  { name: 'balancer', tier: 1 },
] as unknown as readonly NodeState[];

describe('the ladder', () => {
  it('orders its lanes as the topology does, with all others last', () => {
    const rows = [row({ from: 'backend', to: null }), row({}), row({ from: 'balancer', to: 'backend' })];
    expect(lanesOf(rows, nodes)).toEqual([
      { name: 'client', at: 12.5 },
      { name: 'balancer', at: 37.5 },
      { name: 'backend', at: 62.5 },
      { name: 'others', at: 87.5 },
    ]);
  });

  it('draws an arrow from whoever sent to whoever received', () => {
    const lanes = lanesOf([row({}), row({ from: 'balancer', to: 'backend' })], nodes);
    expect(spanOf(row({}), lanes)).toMatchObject({ way: 'right', left: lanes[0]?.at });
    expect(spanOf(row({ from: 'backend', to: 'client' }), lanes)).toMatchObject({
      way: 'left',
      left: lanes[0]?.at,
    });
    expect(spanOf(row({ from: null }), lanes)).toBeNull();
  });

  it('draws only what is in sight, of any number of rows', () => {
    expect(visible(20_000, 26, 0, 260)).toEqual({ from: 0, to: 14 });
    expect(visible(20_000, 26, 260_000, 260)).toEqual({ from: 9996, to: 10_014 });
    expect(visible(3, 26, 9999, 260)).toEqual({ from: 0, to: 3 });
    expect(visible(0, 26, 0, 260)).toEqual({ from: 0, to: 0 });
  });

  it('says what a packet is in words', () => {
    expect(spoken(row({ at: 1012.5, marks: ['again'] }), 1000)).toBe(
      '12.500 ms, client to balancer, layer 4, TCP: SYN, sent again',
    );
    expect(markWords(row({ marks: ['open'] }))).toBe('');
    expect(numbers(row({ relativeSeq: 1, relativeAck: 2001, bytes: 1500 }))).toBe(
      'seq 1, ack 2,001, 1,500 B',
    );
    expect(offset(25_000, 0)).toBe('25.000 s');
  });

  it('shows bytes as they are, and as text where they are text', () => {
    expect(hexLines('474554202f0d0aff')).toEqual([
      '0000  47 45 54 20 2f 0d 0a ff                          GET /...',
    ]);
    expect(hexLines('00'.repeat(17))).toHaveLength(2);
  });
});
