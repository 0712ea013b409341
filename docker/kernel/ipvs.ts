//  client --syn--> [input > ip_vs: scheduler picks a server] --> target     later packets: ip_vs's own table of connections
//  client <----------- [ip_vs puts the front's address back] <--- target   (or masquerade, where targets know no way back)
import { access } from 'node:fs/promises';
import {
  ipvsRules,
  ipvsScript,
  ipvsTable,
  parseIpvsStats,
  placeOf,
  schedulerOf,
  serversIn,
} from './ipvs-table.ts';
import type { IpvsCount, IpvsCounts, IpvsTable } from './ipvs-table.ts';
import { nftGuard, noGuard } from './nft-guard.ts';
import type { Front, KernelPlane, PlaneTarget, Reading, TargetReading, Wanted } from './plane.ts';
import { runningCount } from './running-count.ts';
import { runTool } from './tool.ts';

const natTable = 'ip blindspot';
const none: IpvsCounts = { service: null, servers: new Map() };

/**
 * Linux Virtual Server, by NAT: the kernel's own balancer, with schedulers of its own. It needs `net.ipv4.vs.conntrack`, so
 * that conntrack knows what ip_vs made of a connection: connections are listed from there, and masqueraded by it.
 */
export async function ipvs(front: Front): Promise<KernelPlane> {
  await requireIpvs();
  const guard = nftGuard(front);
  const sums = ipvsSums();
  let held: IpvsTable | null = null;
  let known: readonly PlaneTarget[] = [];

  const look = async (): Promise<IpvsCounts> => {
    const counts = parseIpvsStats(await runTool('ipvsadm', ['-L', '-n', '--stats', '--exact']), front);
    sums.see(counts);
    return counts;
  };
  const saved = (): Promise<string> => runTool('ipvsadm', ['-S', '-n']);
  /** A restore goes on after a line that failed, and ends as its last line did. */
  const requireHeld = async ({ servers }: IpvsTable): Promise<void> => {
    const words = (of: ReadonlyMap<string, number>) =>
      [...of]
        .map(([place, weight]) => `${place} by ${weight}`)
        .sort()
        .join(', ') || 'nobody';
    const [now, wanted] = [words(serversIn(await saved(), front)), words(servers)];
    if (now !== wanted) throw new Error(`ip_vs holds ${now} instead of ${wanted}`);
  };

  return {
    tracks: true,
    check: (settings) => void schedulerOf(settings),
    targetAt: (place) => known.find((target) => placeOf(target) === place)?.id ?? null,
    async serve(wanted) {
      known = wanted.known;
      const table = ipvsTable(wanted);
      const before = held === null ? null : { ...held, servers: serversIn(await saved(), front) };
      // What a server has counted goes with it.
      if (before !== null) await look();
      held = table;
      await runTool('ipvsadm', ['--restore'], ipvsScript(front, before, table));
      for (const place of before?.servers.keys() ?? []) if (!table.servers.has(place)) sums.gone(place);
      await requireHeld(table);
      await runTool('nft', ['-f', '-'], natScript(front, wanted, guard.script(wanted.settings)));
      return [];
    },
    async read() {
      const counts = held === null ? none : await look();
      const [rules, guarded] = await Promise.all([saved(), guard.read()]);
      return {
        ...sums.reading(known),
        ...guarded,
        rules: [...guarded.rules, ...ipvsRules(rules, counts)],
      };
    },
    async close() {
      if (held !== null) await runTool('ipvsadm', ['-D', '-t', placeOf(front)]);
      await runTool('nft', ['-f', '-'], `add table ${natTable}\ndelete table ${natTable}\n${noGuard}`);
    },
  };
}

/** Asking loads the module where the kernel has one; the tool's own words would send a person to modprobe in a container. */
async function requireIpvs(): Promise<void> {
  const said = await runTool('ipvsadm', ['-L', '-n']).then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (said === '') return;
  const present = await access('/proc/net/ip_vs').then(
    () => true,
    () => false,
  );
  throw new Error(present ? said : 'this kernel has no ip_vs loaded');
}

export function natScript(front: Front, { settings }: Wanted, guard: readonly string[]): string {
  const { address, port } = front;
  return [
    `add table ${natTable}`,
    `add chain ${natTable} postrouting { type nat hook postrouting priority srcnat; }`,
    `flush chain ${natTable} postrouting`,
    ...(settings.kernel.masquerade
      ? [
          `add rule ${natTable} postrouting meta l4proto tcp ct original ip daddr ${address} ct original proto-dst ${port} masquerade`,
        ]
      : []),
    ...guard,
    '',
  ].join('\n');
}

const fields = ['connections', 'packetsIn', 'packetsOut', 'bytesIn', 'bytesOut'] as const;

/** ip_vs forgets the counters of a server that is taken out; whoever reads them wants them to go on. */
export function ipvsSums() {
  const sums = runningCount();
  const key = (place: string, field: (typeof fields)[number]) => `${place} ${field}`;
  const see = (place: string, count: IpvsCount) => {
    for (const field of fields) sums.see(key(place, field), count[field]);
  };
  const target = (place: string): TargetReading => ({
    opened: sums.of(key(place, 'connections')),
    toTarget: { packets: sums.of(key(place, 'packetsIn')), bytes: sums.of(key(place, 'bytesIn')) },
    fromTarget: { packets: sums.of(key(place, 'packetsOut')), bytes: sums.of(key(place, 'bytesOut')) },
  });
  return {
    see({ service, servers }: IpvsCounts) {
      if (service !== null) see('service', service);
      for (const [place, count] of servers) see(place, count);
    },
    gone(place: string) {
      for (const field of fields) sums.restart(key(place, field));
    },
    /** ip_vs counts connections that it gave to somebody; those that it had nobody for are in no figure of its own. */
    reading: (known: readonly PlaneTarget[]): Pick<Reading, 'accepted' | 'targets'> => ({
      accepted: sums.of(key('service', 'connections')),
      targets: new Map(known.map((one) => [one.id, target(placeOf(one))])),
    }),
  };
}
