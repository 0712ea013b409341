import { expect, it } from 'vitest';
import {
  allocateBlock,
  allocatePorts,
  candidateBlocks,
} from '../../../../../../electron/host/engine/local/addresses.ts';

it('tries blocks that follow from the session and stay clear of 127.0.x.y', () => {
  expect(candidateBlocks('a')).toEqual(candidateBlocks('a'));
  expect(candidateBlocks('a')).not.toEqual(candidateBlocks('b'));
  for (const block of candidateBlocks('a')) {
    const [first, second, third, ...rest] = block.split('.').map(Number);
    expect(first).toBe(127);
    expect(second).toBeGreaterThanOrEqual(64);
    expect(second).toBeLessThan(224);
    expect(third).toBeLessThan(256);
    expect(rest).toEqual([]);
  }
});

it('gives every node its own address and the port it asked for, also to one without a port', async () => {
  const { networks, nodes } = await allocateBlock('a', ['client-1', 'backend-1'], {
    'client-1': 0,
    'backend-1': 8080,
  });
  const subnet = networks[0]?.subnet ?? '';
  expect(subnet).toMatch(/^127\.\d+\.\d+\.0\/24$/);
  const block = subnet.replace('.0/24', '');
  expect(nodes).toEqual({
    'client-1': { address: `${block}.10`, port: 0 },
    'backend-1': { address: `${block}.11`, port: 8080 },
  });
});

it('refuses more nodes than a block holds', async () => {
  const names = Array.from({ length: 241 }, (_, index) => `backend-${index}`);
  await expect(allocateBlock('a', names, {})).rejects.toMatchObject({ code: 'lab-needs' });
});

it('gives different ports on the one address', async () => {
  const { nodes } = await allocatePorts(['a', 'b', 'c'], { a: 8080, b: 8080 });
  expect(nodes.a?.port).not.toBe(nodes.b?.port);
  expect(nodes.c).toEqual({ address: '127.0.0.1', port: 0 });
});
