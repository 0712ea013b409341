//  client --syn--> [prerouting > pick > to-TARGET: dnat] --> target      later packets: conntrack alone, no rule asked
//  client <------- [conntrack puts the front's address back] <--- target   (or masquerade, where targets know no way back)
import type { Front, KernelPlane, PlaneTarget, Reading, Wanted } from './plane.ts';
import { nftGuard, noGuard } from './nft-guard.ts';
import { readListing } from './nft-listing.ts';
import { choiceOf } from './slots.ts';
import { runTool } from './tool.ts';

const table = 'ip blindspot';
const none = { packets: 0, bytes: 0 };

/**
 * Destination NAT by nftables. Only the first packet of a connection asks the rules; conntrack remembers the answer for
 * all that follow. So a change of the map moves no connection that stands, and none can be cut from here.
 */
export function nftDnat(front: Front): KernelPlane {
  const guard = nftGuard(front);
  let known: readonly PlaneTarget[] = [];
  return {
    tracks: true,
    check: (settings) => void choiceOf([], settings),
    targetAt: (place) => known.find(({ address, port }) => `${address}:${port}` === place)?.id ?? null,
    async serve(wanted) {
      known = wanted.known;
      await runTool('nft', ['-f', '-'], dnatScript(front, wanted, guard.script(wanted.settings)));
      return [];
    },
    async read() {
      const [own, guarded] = await Promise.all([
        runTool('nft', ['list', 'table', ...table.split(' ')]),
        guard.read(),
      ]);
      const reading = dnatReading(own);
      return { ...reading, ...guarded, rules: [...guarded.rules, ...reading.rules] };
    },
    async close() {
      await runTool('nft', ['-f', '-'], `delete table ${table}\n${noGuard}`);
    },
  };
}

/** The whole table in one transaction: it holds either what was before, or all of this. Named counters count on. */
export function dnatScript(
  front: Front,
  { serving, known, settings }: Wanted,
  guard: readonly string[] = [],
): string {
  const { address, port } = front;
  const choice = choiceOf(serving, settings);
  const chain = (target: PlaneTarget) => `to-${target.id}`;
  const original = `meta l4proto tcp ct original ip daddr ${address} ct original proto-dst ${port}`;
  const counted = (way: 'out' | 'in', key: string) => {
    const map = known.map((target) => `${target.address} . ${target.port} : jump ${way}-${target.id}`);
    return `add rule ${table} forward ct direction ${way === 'out' ? 'original' : 'reply'} ${original} ${key} vmap { ${map.join(', ')} }`;
  };
  return [
    `add table ${table}`,
    `add counter ${table} accepted`,
    ...known.flatMap((target) => [
      ...['new', 'out', 'in'].map((what) => `add counter ${table} ${what}-${target.id}`),
      ...['to', 'out', 'in'].map((what) => `add chain ${table} ${what}-${target.id}`),
      ...['to', 'out', 'in'].map((what) => `flush chain ${table} ${what}-${target.id}`),
      `add rule ${table} ${chain(target)} counter name new-${target.id} meta l4proto tcp dnat to ${target.address}:${target.port}`,
      `add rule ${table} out-${target.id} counter name out-${target.id}`,
      `add rule ${table} in-${target.id} counter name in-${target.id}`,
    ]),
    `add chain ${table} pick`,
    `add chain ${table} prerouting { type nat hook prerouting priority dstnat; }`,
    `add chain ${table} forward { type filter hook forward priority filter; }`,
    `add chain ${table} postrouting { type nat hook postrouting priority srcnat; }`,
    `add chain ${table} output { type filter hook output priority filter; }`,
    ...['pick', 'prerouting', 'forward', 'postrouting', 'output'].map(
      (name) => `flush chain ${table} ${name}`,
    ),
    `add rule ${table} prerouting ip daddr ${address} tcp dport ${port} counter name accepted goto pick`,
    // Without anybody to pick, the packet goes on to this node's own stack, where nobody listens: refused.
    ...(choice.slots.length === 0
      ? []
      : [`add rule ${table} pick ${pickRule(choice.by, choice.slots.map(chain))}`]),
    ...(known.length === 0
      ? []
      : [counted('out', 'ip daddr . tcp dport'), counted('in', 'ip saddr . tcp sport')]),
    ...(settings.kernel.masquerade
      ? [`add rule ${table} postrouting ${original} ct status dnat masquerade`]
      : []),
    // Packets leave by the interface that they came by; the kernel would tell the client to go straight to the target.
    `add rule ${table} output icmp type redirect drop`,
    ...guard,
    '',
  ].join('\n');
}

/** A fixed seed: nft draws another for each new rule, and every flow would then hash anew with every change. */
const seed = '0x1d5b';

export function pickRule(by: string, chains: readonly string[]): string {
  const map = chains.map((chain, slot) => `${slot} : goto ${chain}`).join(', ');
  return `${by} mod ${chains.length}${by.startsWith('jhash') ? ` seed ${seed}` : ''} vmap { ${map} }`;
}

export function dnatReading(text: string): Reading {
  const { counters, rules } = readListing(text);
  const ids = [...counters.keys()].filter((name) => name.startsWith('new-')).map((name) => name.slice(4));
  return {
    accepted: counters.get('accepted')?.packets ?? 0,
    targets: new Map(
      ids.map((id) => [
        id,
        {
          opened: counters.get(`new-${id}`)?.packets ?? 0,
          toTarget: counters.get(`out-${id}`) ?? none,
          fromTarget: counters.get(`in-${id}`) ?? none,
        },
      ]),
    ),
    rules,
    dropped: null,
  };
}
