import type { L4Settings } from '../protocol/balancer.ts';
import { device } from './own-network.ts';
import type { Front } from './plane.ts';

/** Before the stack has looked at a packet: the earliest that nftables can be. */
export const guardTable = 'netdev guard';

/** SYNs of a source beyond its rate are dropped, unanswered: whoever sends them pays, and nobody else. */
export function guardScript({ address, port }: Front, { guard }: L4Settings): readonly string[] {
  const rate = Math.round(guard.ratePerSource);
  return [
    `add table ${guardTable}`,
    `add counter ${guardTable} dropped`,
    `add chain ${guardTable} ingress { type filter hook ingress device "${device}" priority -10; }`,
    `flush chain ${guardTable} ingress`,
    `add set ${guardTable} sources { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 60s; }`,
    `flush set ${guardTable} sources`,
    ...(rate === 0
      ? []
      : [
          `add rule ${guardTable} ingress ip daddr ${address} tcp dport ${port} tcp flags & (syn | ack) == syn update @sources { ip saddr limit rate over ${rate}/second burst ${guard.burst} packets } counter name dropped drop`,
        ]),
  ];
}
