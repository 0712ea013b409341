import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  destinationOf,
  destinations,
  goalOf,
  targetsOf,
  withDestinationFound,
  withDestinationNamed,
} from '../../../../../electron/host/lab/destination.ts';
import { actNodes } from '../../../../../electron/host/lab/groups.ts';
import type { Lab } from '../../../../../electron/host/lab/lab.ts';
import { readLab } from '../../../../../electron/host/lab/lab-folder.ts';
import { links, linksNow } from '../../../../../electron/host/lab/links.ts';

const root = resolve(import.meta.dirname, '..', '..', '..', '..', '..');
async function lab(folder: string): Promise<Lab> {
  const read = await readLab(resolve(root, 'labs', folder));
  if (read.lab === null) throw new Error(JSON.stringify(read.problems));
  return read.lab;
}

describe('links', () => {
  let story: Lab;
  let firewalls: Lab;
  beforeAll(async () => {
    [story, firewalls] = await Promise.all([lab('01-green-but-500'), lab('33-firewalls')]);
  });

  it('go as traffic flows', () => {
    const all = links(story, 0);
    expect(all).toHaveLength(11);
    expect(all[0]).toEqual({ from: 'client', to: 'balancer', layer: 'l4' });
  });

  it('go through the Kubernetes node where the act points the balancer at it', () => {
    const all = links(story, 2);
    expect(all.filter(({ from }) => from === 'balancer')).toEqual([
      { from: 'balancer', to: 'worker', layer: 'l4' },
    ]);
    expect(all.filter(({ from }) => from === 'worker')).toHaveLength(10);
  });

  it('follow a client that was sent elsewhere, and leave who is not reached any more', () => {
    const ways = (to?: string | null) =>
      linksNow(firewalls, 0, () => to).map(({ from, to: goal }) => `${from} ${goal}`);
    expect(ways(undefined)).toEqual(['client edge', 'edge shop']);
    expect(ways('edge')).toEqual(['client edge', 'edge shop']);
    expect(ways('proxy')).toEqual(['client proxy', 'proxy shop']);
    // To nobody in the lab, as a flood that is let run against itself.
    expect(ways(null)).toEqual([]);
    // Not a node of this act: what the act says stands.
    expect(ways('elsewhere')).toEqual(['client edge', 'edge shop']);
  });

  it('follow a client to an address that a balancer has beside its own', async () => {
    const ways = linksNow(await lab('15-direct-server-return'), 0, () => 'dsr-vip');
    expect(ways.filter(({ from }) => from === 'client')).toEqual([
      { from: 'client', to: 'dsr', layer: 'l4' },
    ]);
    expect(ways.filter(({ from }) => from === 'dsr')).toHaveLength(3);
    expect(ways.some(({ from }) => from === 'nat')).toBe(false);
  });

  it('follow a balancer to the targets that it has now', async () => {
    const maths = await lab('13-kube-proxy-maths');
    const ways = (targets?: readonly string[]) =>
      linksNow(
        maths,
        0,
        () => undefined,
        (name) => (name === 'worker' ? targets : undefined),
      ).filter(({ from }) => from === 'worker');
    expect(ways()).toHaveLength(3);
    const four = targetsOf({ targets: [1, 2, 3, 4].map((n) => ({ id: `backend-${n}`, weight: 1 })) });
    expect(ways(four).map(({ to }) => to)).toContain('backend-4');
    expect(ways(targetsOf({ targets: [{ id: 'backend-1' }] }))).toHaveLength(1);
    expect(targetsOf({ targets: 'backend' })).toBeUndefined();
    expect(targetsOf(undefined)).toBeUndefined();
  });

  it('keep a whole group where the client has one of its members', () => {
    expect(linksNow(story, 0, () => 'balancer')).toEqual(links(story, 0));
  });
});

describe('where a client sends', () => {
  const allocation = { networks: [], nodes: { edge: { address: '127.0.0.2', port: 8443 } } };

  it('is shown by name, and taken by name', async () => {
    const at = { address: '127.0.0.2', port: 8443, rate: 5 };
    expect(destinationOf(at, allocation)).toBe('edge');
    expect(withDestinationNamed(at, allocation)).toEqual({ address: 'edge', port: 8443, rate: 5 });
    const nodes = actNodes(await lab('33-firewalls'), 0);
    expect(withDestinationFound({ address: 'edge' }, nodes, allocation)).toEqual({
      address: '127.0.0.2',
      port: 8443,
    });
  });

  it('is found by the address alone where no port is like it, unless several have that address', () => {
    expect(goalOf({ address: '127.0.0.2', port: 9 }, allocation)).toBe('edge');
    expect(goalOf({ address: '127.0.0.9', port: 8443 }, allocation)).toBeNull();
    const shared = {
      networks: [],
      nodes: { a: { address: '::1', port: 1 }, b: { address: '::1', port: 2 } },
    };
    expect(goalOf({ address: '::1', port: 2 }, shared)).toBe('b');
    expect(goalOf({ address: '::1', port: 9 }, shared)).toBeUndefined();
  });

  it('may be anywhere else, too', async () => {
    const elsewhere = { address: '192.0.2.1', port: 80 };
    const nodes = actNodes(await lab('33-firewalls'), 0);
    expect(destinationOf(elsewhere, allocation)).toBeNull();
    expect(withDestinationNamed(elsewhere, allocation)).toEqual(elsewhere);
    expect(withDestinationFound(elsewhere, nodes, allocation)).toEqual(elsewhere);
    expect(withDestinationFound({ rate: 3 }, nodes, allocation)).toEqual({ rate: 3 });
  });

  it('is chosen from what listens, by a shared address where there is one', async () => {
    const direct = await lab('15-direct-server-return');
    const places = [
      'client',
      'nat',
      'dsr',
      'dsr-vip',
      'xdp',
      'xdp-vip',
      'backend-1',
      'backend-2',
      'backend-3',
    ];
    const all = {
      networks: [],
      nodes: Object.fromEntries(
        places.map((name, at) => [name, { address: `10.9.0.${at}`, port: name === 'client' ? 0 : 8080 }]),
      ),
    };
    expect(destinations(direct, 0, all)).toEqual(
      expect.arrayContaining(['nat', 'dsr-vip', 'xdp-vip', 'backend-1']),
    );
    expect(destinations(direct, 0, all)).toHaveLength(6);
    // As a lab's own `to: dsr` has it.
    expect(withDestinationFound({ address: 'dsr' }, actNodes(direct, 0), all)).toEqual({
      address: '10.9.0.3',
      port: 8080,
    });
  });
});
