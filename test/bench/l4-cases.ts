import { bareSplice } from './balancers/bare.ts';
import type { Balancer } from './balancers/balancer.ts';
import { haproxyTcp } from './balancers/haproxy.ts';
import { nginxStream } from './balancers/nginx.ts';
import { ourL4 } from './balancers/ours.ts';
import { capacity } from './capacity.ts';
import { addedLatency } from './latency.ts';
import { idleMemory } from './memory.ts';
import { throughput } from './stand.ts';
import { wholePath } from './whole-path.ts';
import type { Case, Pair } from './stand.ts';

const ours = () => ourL4('the L4 forwarder');
/** The kernel forwards; a program of ours writes the rules and reads the counters. */
const dnat = () =>
  ourL4('nftables DNAT', { plane: 'nft-dnat', algorithm: 'round-robin', kernel: { masquerade: true } });
const kilobyte = { path: '/1024', connections: 64 };
const connections = { path: '/1024', connections: 64, churn: true };
const megabyte = { path: '/1048576', connections: 16 };
const atLeast = (ratio: number) => ({ is: 'at least', ratio }) as const;
const atMost = (ratio: number) => ({ is: 'at most', ratio }) as const;

/** Where the goals come from: what a Node data plane was measured to reach (docs in test/bench/README.md). */
export const l4Cases: readonly Case[] = [
  group('keep-alive 1 KB', kilobyte, [
    { peer: haproxyTcp, goal: atLeast(0.7) },
    { peer: () => nginxStream(16) },
  ]),
  group('new connections', connections, [
    { peer: haproxyTcp, goal: atLeast(0.42) },
    { peer: () => nginxStream(16) },
  ]),
  group('bulk 1 MB', megabyte, [
    { peer: () => nginxStream(64), goal: atLeast(1) },
    // A read of 63 KB leaves as one packet (docker/lib/read-buffer.ts): what the same would do for NGINX.
    { peer: () => nginxStream(63) },
    { peer: haproxyTcp },
  ]),
  addedLatency({ name: 'added p50', ours, peer: haproxyTcp, goal: atMost(1.25) }),
  idleMemory(
    { name: 'memory per idle connection', ours, peer: haproxyTcp },
    { mostBytes: 8192, busy: false },
  ),
  idleMemory(
    { name: 'memory per idle connection', ours, peer: () => nginxStream(16) },
    { mostBytes: 8192, busy: false },
  ),
  capacity('9,000 connections in one process', ours, 1, 9000),
  capacity('18,000 connections in two workers', () => ourL4('the L4 forwarder', {}, true), 2, 18_000),
  {
    name: 'round robin over 1,000 targets',
    run: async (stand) => [
      await throughput(
        stand,
        {
          name: 'round robin over 1,000 targets',
          ours,
          peer: () => among(10),
          targets: 1000,
          goal: atLeast(1 / 1.2),
        },
        connections,
      ),
    ],
  },
  group('all features off, keep-alive', kilobyte, [{ peer: bareSplice, goal: atLeast(0.95) }]),
  group('all features off, connections', connections, [{ peer: bareSplice }]),
  wholePath(
    { name: 'nft-dnat, keep-alive 1 KB', ours: dnat, peer: haproxyTcp, goal: atLeast(1.7) },
    kilobyte,
  ),
  wholePath(
    { name: 'nft-dnat, new connections', ours: dnat, peer: haproxyTcp, goal: atLeast(1.7) },
    connections,
  ),
  wholePath({ name: 'nft-dnat, keep-alive 1 KB, woken', ours: dnat, peer: haproxyTcp }, kilobyte, 'sleeps'),
  wholePath({ name: 'nft-dnat, bulk 1 MB', ours: dnat, peer: haproxyTcp }, megabyte),
  price('guard', { guard: { maxPerSource: 100_000 } }),
  price('server name peek', { serverNames: { peek: true } }),
];

function group(
  name: string,
  load: Parameters<typeof throughput>[2],
  peers: readonly Pick<Pair, 'peer' | 'goal'>[],
): Case {
  return {
    name,
    async run(stand) {
      const results = [];
      for (const peer of peers) results.push(await throughput(stand, { name, ours, ...peer }, load));
      return results;
    },
  };
}

/** The same forwarder with one feature on, beside itself with none: what it takes away. */
function price(name: string, settings: Parameters<typeof ourL4>[1]): Case {
  const row = `price of ${name}`;
  return {
    name: row,
    run: async (stand) => [
      await throughput(
        stand,
        { name: row, ours: () => ourL4(`with ${name}`, settings), peer: () => ourL4('with it off') },
        connections,
      ),
    ],
  };
}

/** The same with fewer targets. */
function among(count: number): Balancer {
  const all = ours();
  return {
    name: `the same over ${count}`,
    start: (wanted) => all.start({ ...wanted, targets: wanted.targets.slice(0, count) }),
  };
}
