import type { L4Settings } from '../protocol/balancer.ts';
import { judgementClock, keptSeconds, moments } from './nft-clock.ts';
import { readListing } from './nft-listing.ts';
import { device } from './own-network.ts';
import type { Count, Front, Reading } from './plane.ts';
import { runTool } from './tool.ts';

/** Before the stack has looked at a packet: the earliest that nftables can be. */
const guardTable = 'netdev guard';

/** So many are judged for one that is timed, which takes three times as long. */
const timedOneIn = 16;

/** Takes it away whether it is there or not. */
export const noGuard = `add table ${guardTable}\ndelete table ${guardTable}\n`;

/** The doorkeeper of a plane of nftables. Until it is first wanted no packet meets it, and nobody asks what it counts. */
export interface NftGuard {
  script(settings: L4Settings): readonly string[];
  read(): Promise<Pick<Reading, 'rules' | 'dropped'>>;
}

export function nftGuard(front: Front): NftGuard {
  const clock = judgementClock();
  let wanted = false;
  return {
    script(settings) {
      wanted ||= rateOf(settings) > 0;
      return wanted ? guardScript(front, settings) : [];
    },
    async read() {
      if (!wanted) return { rules: [], dropped: nothing };
      const text = await runTool('nft', ['--debug=netlink', 'list', 'table', ...guardTable.split(' ')]);
      const { rules, dropped } = guardReading(text);
      return { rules, dropped: { ...dropped, ...clock.see(text, dropped) } };
    },
  };
}

const nothing = { packets: 0, bytes: 0 };

/** The listing comes after what nft prints for debugging. */
export function guardReading(text: string): { rules: Reading['rules']; dropped: Count } {
  const { counters, rules } = readListing(text.slice(text.search(/^table /m)));
  return { rules, dropped: counters.get('dropped') ?? nothing };
}

/** SYNs of a source beyond its rate are dropped, unanswered: whoever sends them pays, and nobody else. */
export function guardScript({ address, port }: Front, settings: L4Settings): readonly string[] {
  const rate = rateOf(settings);
  const add = (chain: string, rule: string) => `add rule ${guardTable} ${chain} ${rule}`;
  const opens = `ip daddr ${address} tcp dport ${port} tcp flags & (syn | ack) == syn`;
  const tooMany = `update @sources { ip saddr limit rate over ${rate}/second burst ${settings.guard.burst} packets }`;
  const note = (moment: (typeof moments)[number]) => `add @${moment} { meta time }`;
  return [
    `add table ${guardTable}`,
    `add counter ${guardTable} dropped`,
    `add chain ${guardTable} ingress { type filter hook ingress device "${device}" priority -10; }`,
    ...['timed', 'timed-drop'].map((chain) => `add chain ${guardTable} ${chain}`),
    ...['ingress', 'timed', 'timed-drop'].map((chain) => `flush chain ${guardTable} ${chain}`),
    `add set ${guardTable} sources { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 60s; }`,
    `flush set ${guardTable} sources`,
    ...moments.map(
      (moment) =>
        `add set ${guardTable} ${moment} { typeof meta time; size 4096; flags dynamic,timeout; timeout ${keptSeconds}s; }`,
    ),
    ...(rate === 0
      ? []
      : [
          add('ingress', `${opens} numgen inc mod ${timedOneIn} 0 goto timed`),
          add('ingress', `${opens} ${tooMany} counter name dropped drop`),
          // A set that is full ends its rule, so no verdict stands behind a note.
          add('timed', `${note('began')} ${note('ready')}`),
          add('timed', `${tooMany} goto timed-drop`),
          add('timed-drop', note('judged')),
          add('timed-drop', 'counter name dropped drop'),
        ]),
  ];
}

function rateOf({ guard }: L4Settings): number {
  return Math.round(guard.ratePerSource);
}
