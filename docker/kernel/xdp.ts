//  client --> [driver hands a frame over > XDP: Maglev slot > another MAC address > XDP_TX] --> target --> client
//                the stack of this node never hears of it
import { readFile } from 'node:fs/promises';
import { maglevTable } from '../balancing/algorithms/maglev-table.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import { neighbours, unreached } from './neighbours.ts';
import { device } from './own-network.ts';
import type { Count, Front, KernelPlane, PlaneTarget, Reading, Wanted } from './plane.ts';
import { refused, refuseShared } from './shared-address.ts';
import { runTool } from './tool.ts';

const object = '/opt/blindspot/xdp/balancer.o';
/** As in docker/xdp/balancer.c. */
export const ringSlots = 4093;
const mostBackends = 63;

/**
 * A Katran-like balancer: docker/xdp/balancer.c decides by maps, this fills them. Generic XDP: the frame is already a
 * socket buffer when the program sees it, which costs a part of what native XDP in a network card's driver would save.
 */
export async function xdp(front: Front): Promise<KernelPlane> {
  const maps = await load();
  const numbers = new Map<string, number>();
  let ring: readonly number[] = Array.from({ length: ringSlots }, () => 0);

  const numberOf = ({ id }: PlaneTarget): number => {
    const number = numbers.get(id) ?? numbers.size + 1;
    if (number > mostBackends) throw new Error(`xdp has room for ${mostBackends} targets`);
    numbers.set(id, number);
    return number;
  };

  return {
    tracks: false,
    check(settings) {
      refuseShared(front, settings);
      if (settings.algorithm === 'maglev' || settings.algorithm === 'modulo-hash') return;
      throw refused('xdp', 'has a table for maglev and for modulo-hash alone', 'algorithm');
    },
    targetAt: () => null,
    async serve({ serving, known, settings }: Wanted) {
      const macs = await neighbours(known.map(({ address }) => address));
      const reachable = serving.filter(({ address }) => macs.has(address));
      const next = ringOf(reachable, settings).map((index) => {
        const target = index === null ? undefined : reachable[index];
        return target === undefined ? 0 : numberOf(target);
      });
      const lines = [
        update(maps.wishes, 0, wish(front, settings)),
        ...known.flatMap((target) => {
          const mac = macs.get(target.address);
          return mac === undefined ? [] : [update(maps.backends, numberOf(target), macBytes(mac))];
        }),
        ...next.flatMap((number, slot) =>
          number === ring[slot] ? [] : [update(maps.ring, slot, u32(number))],
        ),
      ];
      await runTool('bpftool', ['batch', 'file', '-'], `${lines.join('\n')}\n`);
      ring = next;
      return unreached(serving, macs);
    },
    async read() {
      const [sent, dropped] = await Promise.all([maps.sent, maps.dropped].map(dump));
      return reading(sent ?? [], dropped ?? [], numbers, ring);
    },
    async close() {
      await runTool('ip', ['link', 'set', 'dev', device, 'xdpgeneric', 'off']);
    },
  };
}

/** Slot -> index into the serving targets; null where nobody serves. */
export function ringOf(
  serving: readonly PlaneTarget[],
  { algorithm }: L4Settings,
): readonly (number | null)[] {
  if (serving.length === 0) return Array.from({ length: ringSlots }, () => null);
  if (algorithm === 'maglev') return [...maglevTable(serving, ringSlots)];
  return Array.from({ length: ringSlots }, (_, slot) => slot % serving.length);
}

type MapName = 'wishes' | 'ring' | 'backends' | 'sent' | 'dropped';

async function load(): Promise<Readonly<Record<MapName, number>>> {
  await readFile(object).catch(() => {
    throw new Error(
      'This image was made without a compiler for XDP. Build it again where Debian packages can be had.',
    );
  });
  await runTool('ip', ['link', 'set', 'dev', device, 'xdpgeneric', 'obj', object, 'sec', 'xdp']);
  const [net] = (await json(['net', 'show', 'dev', device])) as { xdp: { id: number }[] }[];
  const id = net?.xdp[0]?.id;
  if (id === undefined) throw new Error('The kernel took the XDP program and does not show it.');
  const program = (await json(['prog', 'show', 'id', String(id)])) as { map_ids: number[] };
  const all = await Promise.all(
    program.map_ids.map(
      async (map) => (await json(['map', 'show', 'id', String(map)])) as { id: number; name: string },
    ),
  );
  const named = (name: MapName): number => {
    const map = all.find((one) => one.name === name);
    if (map === undefined) throw new Error(`The XDP program has no map ${name}.`);
    return map.id;
  };
  return {
    wishes: named('wishes'),
    ring: named('ring'),
    backends: named('backends'),
    sent: named('sent'),
    dropped: named('dropped'),
  };
}

async function json(args: readonly string[]): Promise<unknown> {
  return JSON.parse(await runTool('bpftool', ['-j', ...args])) as unknown;
}

function wish({ address, port }: Front, { guard, kernel }: L4Settings): readonly number[] {
  const limit = Math.round(guard.ratePerSource);
  return [
    ...address.split('.').map(Number),
    port >> 8,
    port & 255,
    1,
    kernel.remember ? 1 : 0,
    ...u32(limit),
  ];
}

/** Maps hold numbers as the processor does: little-endian on both architectures that the image is made for. */
function u32(value: number): readonly number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

function macBytes(mac: string): readonly number[] {
  return [...mac.split(':').map((part) => Number.parseInt(part, 16)), 0, 0];
}

function update(map: number, key: number, value: readonly number[]): string {
  return `map update id ${map} key ${u32(key).join(' ')} value ${value.join(' ')}`;
}

/** One entry of a per-CPU map, as bpftool prints it with the program's own types. */
interface Tally {
  readonly packets: number;
  readonly bytes: number;
  readonly opened: number;
  /** Spent on what was dropped; nothing else is timed. */
  readonly nanos: number;
}
export type Dump = readonly {
  readonly formatted: { readonly key: number; readonly values: readonly { readonly value: Tally }[] };
}[];

async function dump(map: number): Promise<Dump> {
  return (await json(['map', 'dump', 'id', String(map)])) as Dump;
}

export function reading(
  sent: Dump,
  dropped: Dump,
  numbers: ReadonlyMap<string, number>,
  ring: readonly number[],
): Reading {
  const sums = new Map(sent.map(({ formatted }) => [formatted.key, sumOf(formatted.values)]));
  const of = (number: number) => sums.get(number) ?? { packets: 0, bytes: 0, opened: 0, nanos: 0 };
  const thrown = sumOf(dropped.flatMap(({ formatted }) => formatted.values));
  const passed = of(0);
  const slots = (number: number) => ring.filter((one) => one === number).length;
  const counted = ({ packets, bytes }: Count) => ({ packets, bytes });
  return {
    accepted: [...sums.values()].reduce((sum, { opened }) => sum + opened, 0),
    targets: new Map(
      [...numbers].map(([id, number]) => [
        id,
        { opened: of(number).opened, toTarget: counted(of(number)), fromTarget: null },
      ]),
    ),
    rules: [
      { chain: 'xdp', text: 'too many from one source: XDP_DROP', ...counted(thrown) },
      ...[...numbers].map(([id, number]) => ({
        chain: 'ring',
        text: `${slots(number)} of ${ringSlots} slots: to ${id}, XDP_TX`,
        ...counted(of(number)),
      })),
      { chain: 'xdp', text: 'no target: XDP_PASS to this node’s own stack', ...counted(passed) },
    ],
    dropped: { ...counted(thrown), nanos: thrown.nanos },
  };
}

function sumOf(values: readonly { readonly value: Tally }[]): Tally {
  return values.reduce(
    (sum, { value }) => ({
      packets: sum.packets + value.packets,
      bytes: sum.bytes + value.bytes,
      opened: sum.opened + value.opened,
      nanos: sum.nanos + value.nanos,
    }),
    { packets: 0, bytes: 0, opened: 0, nanos: 0 },
  );
}
