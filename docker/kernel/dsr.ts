//  client --> [ingress > pick > to-TARGET: another MAC address, out again] --> target, which holds the virtual address
//  client <------------------------- straight back ----------------------------  target
import { readFile } from 'node:fs/promises';
import { dnatReading, pickRule } from './nft-dnat.ts';
import { nftGuard, noGuard } from './nft-guard.ts';
import { neighbours, unreached } from './neighbours.ts';
import { device } from './own-network.ts';
import type { Front, KernelPlane, PlaneTarget, Reading, Wanted } from './plane.ts';
import { refuseShared } from './shared-address.ts';
import { choiceOf } from './slots.ts';
import { runTool } from './tool.ts';

const table = 'netdev blindspot';

/**
 * Direct server return on one network, as LVS-DR does it: only the MAC address of a packet changes. Each packet is chosen
 * for anew, so only algorithms that hash give a connection one target; the answers are never seen here.
 */
export async function dsr(front: Front): Promise<KernelPlane> {
  const own = (await readFile(`/sys/class/net/${device}/address`, 'utf8')).trim();
  const guard = nftGuard(front);
  return {
    tracks: false,
    check(settings) {
      refuseShared(front, settings);
      choiceOf([], settings);
    },
    targetAt: () => null,
    async serve(wanted) {
      const macs = await neighbours(wanted.known.map(({ address }) => address));
      await runTool('nft', ['-f', '-'], dsrScript(front, wanted, own, macs, guard.script(wanted.settings)));
      return unreached(wanted.serving, macs);
    },
    async read() {
      const [listing, guarded] = await Promise.all([
        runTool('nft', ['list', 'table', ...table.split(' ')]),
        guard.read(),
      ]);
      const reading = dsrReading(listing);
      return { ...reading, ...guarded, rules: [...guarded.rules, ...reading.rules] };
    },
    async close() {
      await runTool('nft', ['-f', '-'], `delete table ${table}\n${noGuard}`);
    },
  };
}

export function dsrScript(
  front: Front,
  { serving, known, settings }: Wanted,
  own: string,
  macs: ReadonlyMap<string, string>,
  guard: readonly string[] = [],
): string {
  const reachable = (target: PlaneTarget) => macs.has(target.address);
  const choice = choiceOf(serving.filter(reachable), settings);
  const opens = 'tcp flags & (syn | ack) == syn';
  return [
    `add table ${table}`,
    `add counter ${table} accepted`,
    ...known
      .filter(reachable)
      .flatMap((target) => [
        ...['new', 'out'].map((what) => `add counter ${table} ${what}-${target.id}`),
        `add chain ${table} to-${target.id}`,
        `flush chain ${table} to-${target.id}`,
        `add rule ${table} to-${target.id} ${opens} counter name new-${target.id}`,
        `add rule ${table} to-${target.id} counter name out-${target.id} ether saddr set ${own} ether daddr set ${macs.get(target.address) ?? own} fwd to "${device}"`,
      ]),
    `add chain ${table} pick`,
    `add chain ${table} ingress { type filter hook ingress device "${device}" priority 0; }`,
    `flush chain ${table} pick`,
    `flush chain ${table} ingress`,
    `add rule ${table} ingress ip daddr ${front.address} tcp dport ${front.port} goto pick`,
    `add rule ${table} pick ${opens} counter name accepted`,
    ...(choice.slots.length === 0
      ? []
      : [
          `add rule ${table} pick ${pickRule(
            choice.by,
            choice.slots.map(({ id }) => `to-${id}`),
          )}`,
        ]),
    ...guard,
    '',
  ].join('\n');
}

export function dsrReading(text: string): Reading {
  const reading = dnatReading(text);
  return {
    ...reading,
    targets: new Map([...reading.targets].map(([id, target]) => [id, { ...target, fromTarget: null }])),
  };
}
