import { describe, expect, it } from 'vitest';
import type { LabNodes } from '../../../../../electron/host/lab/lab.ts';
import { nodeNetwork } from '../../../../../electron/host/lab/node-network.ts';
import type { NodeNetwork } from '../../../../../labs/nodes.ts';
import { resolver } from '../../../../../electron/host/lab/plan.ts';

const network: NodeNetwork = { virtual: false, arp: 'quiet', holds: [] };
const nodes: LabNodes = {
  client: { role: 'client', settings: { to: 'balancer' } },
  balancer: {
    role: 'l4',
    settings: { plane: 'dsr', targets: 'backend' },
    network: { ...network, virtual: true },
  },
  nat: { role: 'l4', settings: { plane: 'nft-dnat', targets: 'plain' } },
  backend: {
    role: 'backend',
    settings: {},
    network: { ...network, carries: 'balancer', holds: ['NET_ADMIN'] },
  },
  eager: { role: 'backend', settings: {}, network: { ...network, carries: 'balancer', arp: 'eager' } },
  strict: {
    role: 'l4',
    settings: { plane: 'nft-dnat', targets: 'plain' },
    network: { ...network, tracking: { idleSeconds: 2, loose: false } },
  },
  plain: { role: 'backend', settings: {}, network: { ...network, repliesVia: 'nat' } },
};
const names = [...Object.keys(nodes), 'balancer-vip'];
const allocation = {
  networks: [],
  nodes: Object.fromEntries(names.map((name, i) => [name, { address: `10.9.0.${i + 2}`, port: 8080 }])),
};
const resolve = resolver(nodes, allocation);
const of = (name: string) => {
  const node = nodes[name];
  if (node === undefined) throw new Error(name);
  return nodeNetwork({ name, group: name, node }, nodes, resolve);
};

describe('a node’s network', () => {
  it('is nothing special unless asked for', () => {
    expect(of('client')).toEqual({ sysctls: {} });
  });

  it('gives each plane what it needs to hold, and no more', () => {
    expect(of('nat')).toEqual({
      sysctls: { 'net.ipv4.ip_forward': '1', 'net.netfilter.nf_conntrack_acct': '1' },
      capabilities: ['NET_ADMIN'],
    });
    const virtual = { role: 'l4', settings: { plane: 'ipvs', targets: 'plain' } } as const;
    expect(nodeNetwork({ name: 'virtual', group: 'virtual', node: virtual }, nodes, resolve)).toEqual({
      sysctls: {
        'net.ipv4.ip_forward': '1',
        'net.netfilter.nf_conntrack_acct': '1',
        'net.ipv4.vs.conntrack': '1',
      },
      capabilities: ['NET_ADMIN'],
    });
    expect(of('balancer')).toEqual({ sysctls: {}, capabilities: ['NET_ADMIN'] });
  });

  it('tells the kernel when to forget a connection, and whether to take it up again', () => {
    expect(of('strict').sysctls).toMatchObject({
      'net.netfilter.nf_conntrack_tcp_timeout_established': '2',
      'net.netfilter.nf_conntrack_tcp_loose': '0',
    });
  });

  it('puts a virtual address on the loopback of who carries it, quiet on ARP or not', () => {
    expect(of('backend')).toEqual({
      sysctls: { 'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2' },
      routes: 'address replace 10.9.0.9/32 dev lo\n',
      capabilities: ['NET_ADMIN'],
    });
    expect(of('eager')).toEqual({ sysctls: {}, routes: 'address replace 10.9.0.9/32 dev lo\n' });
  });

  it('routes answers to clients through the balancer that translates', () => {
    expect(of('plain').routes).toBe('route replace 10.9.0.2/32 via 10.9.0.4 dev eth0\n');
  });

  it('sends clients to the address that a group shares', () => {
    expect(resolve('balancer')).toEqual([
      { name: 'balancer', address: '10.9.0.3', port: 8080, virtual: '10.9.0.9' },
    ]);
  });
});
