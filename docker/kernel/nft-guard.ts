import type { L4Settings } from '../protocol/balancer.ts';
import { device } from './own-network.ts';
import { readListing } from './nft-listing.ts';
import type { Front, Reading } from './plane.ts';
import { runTool } from './tool.ts';

/** Before the stack has looked at a packet: the earliest that nftables can be. */
const guardTable = 'netdev guard';

/** Takes it away whether it is there or not. */
export const noGuard = `add table ${guardTable}\ndelete table ${guardTable}\n`;

/** The doorkeeper of a plane of nftables. Until it is first wanted no packet meets it, and nobody asks what it counts. */
export interface NftGuard {
  script(settings: L4Settings): readonly string[];
  read(): Promise<Pick<Reading, 'rules' | 'dropped'>>;
}

export function nftGuard(front: Front): NftGuard {
  let wanted = false;
  return {
    script(settings) {
      wanted ||= rateOf(settings) > 0;
      return wanted ? guardScript(front, settings) : [];
    },
    async read() {
      return guardReading(wanted ? await runTool('nft', ['list', 'table', ...guardTable.split(' ')]) : '');
    },
  };
}

export function guardReading(text: string): Pick<Reading, 'rules' | 'dropped'> {
  const { counters, rules } = readListing(text);
  return { rules, dropped: counters.get('dropped') ?? { packets: 0, bytes: 0 } };
}

/** SYNs of a source beyond its rate are dropped, unanswered: whoever sends them pays, and nobody else. */
export function guardScript({ address, port }: Front, settings: L4Settings): readonly string[] {
  const rate = rateOf(settings);
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
          `add rule ${guardTable} ingress ip daddr ${address} tcp dport ${port} tcp flags & (syn | ack) == syn update @sources { ip saddr limit rate over ${rate}/second burst ${settings.guard.burst} packets } counter name dropped drop`,
        ]),
  ];
}

function rateOf({ guard }: L4Settings): number {
  return Math.round(guard.ratePerSource);
}
