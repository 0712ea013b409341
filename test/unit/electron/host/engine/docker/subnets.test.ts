import { describe, expect, it } from 'vitest';
import {
  block,
  freeBlock,
  gatewayOf,
  nodeAddress,
  overlaps,
  prefixFor,
  routedBlocks,
  text,
} from '../../../../../../electron/host/engine/docker/subnets.ts';

describe('subnets', () => {
  it('reads and writes blocks, host bits cleared', () => {
    expect(text(block('10.201.3.77/26'))).toBe('10.201.3.64/26');
    expect(text(block('192.168.1.5'))).toBe('192.168.1.5/32');
    expect(text(block('255.255.255.255/0'))).toBe('0.0.0.0/0');
  });

  it.each([
    ['10.0.0.0/8', '10.201.0.0/26', true],
    ['10.201.0.0/26', '10.201.0.64/26', false],
    ['10.201.0.64/26', '10.201.0.0/24', true],
    ['172.17.0.0/16', '172.18.0.0/16', false],
    ['0.0.0.0/0', '192.168.1.0/24', true],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlaps(block(a), block(b))).toBe(expected);
    expect(overlaps(block(b), block(a))).toBe(expected);
  });

  it('takes the smallest block that holds the nodes', () => {
    expect(prefixFor(12)).toBe(26);
    expect(prefixFor(53)).toBe(26);
    expect(prefixFor(54)).toBe(25);
    expect(prefixFor(200)).toBe(24);
    // The last node's address is never the broadcast address.
    const small = block('10.201.0.0/26');
    expect(nodeAddress(small, 52)).toBe('10.201.0.62');
  });

  it('gives the bridge the first address and nodes the tenth on', () => {
    expect(gatewayOf(block('10.201.0.64/26'))).toBe('10.201.0.65');
    expect(nodeAddress(block('10.201.0.64/26'), 0)).toBe('10.201.0.74');
  });

  it('goes past what is taken, and to another pool when a VPN has all of 10/8', () => {
    const free = (taken: readonly string[], seed: number) => {
      const chosen = freeBlock(taken.map(block), 26, seed);
      return chosen === null ? null : text(chosen);
    };
    expect(free([], 0)).toBe('10.201.0.0/26');
    expect(free(['10.201.0.0/24'], 0)).toBe('10.201.1.0/26');
    expect(free(['10.201.255.192/26'], 1023)).toBe('10.201.0.0/26');
    expect(free(['10.0.0.0/8'], 0)).toBe('172.31.128.0/26');
    expect(free(['10.0.0.0/8', '172.16.0.0/12'], 0)).toBe('192.168.232.0/26');
    expect(free(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'], 0)).toBeNull();
  });

  it('reads the kernel’s routes without taking the default route for a block', () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0
`;
    expect(routedBlocks(table).map(text)).toEqual(['172.17.0.0/16', '10.0.0.0/8']);
    expect(routedBlocks('')).toEqual([]);
  });
});
