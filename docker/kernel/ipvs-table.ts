import { AdminProblem } from '../lib/admin-problem.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { KernelRule } from '../protocol/stats.ts';
import type { Front, Wanted } from './plane.ts';

/** What ip_vs is to hold: how it schedules, and each real server's weight, in the order they were named. */
export interface IpvsTable {
  readonly scheduler: string;
  readonly servers: ReadonlyMap<string, number>;
}

/** The kernel keeps a weight in 16 bits, and as a whole number. */
const mostWeight = 65_535;

/**
 * Our algorithms as ip_vs names its own, which live in the kernel and share nothing with ours but the idea. The two that
 * hash are told to fall back: without it they go on choosing a server of weight 0, and refuse its clients.
 */
export function schedulerOf(settings: L4Settings): string {
  const { algorithm, hashBy } = settings;
  const hashes = (name: string, ports: boolean) =>
    `${name} -b ${[`${name}-fallback`, ...(ports ? [`${name}-port`] : [])].join(',')}`;
  switch (algorithm) {
    case 'round-robin':
      return 'rr';
    case 'weighted-round-robin':
      return 'wrr';
    case 'least-connections':
      return 'wlc';
    case 'two-choices':
      return 'twos';
    case 'source-hash':
      return hashes('sh', false);
    case 'flow-hash':
      return hashes('sh', true);
    case 'maglev':
      return hashes('mh', hashBy !== 'source');
    case 'random':
    case 'modulo-hash':
    case 'ring-hash':
      throw new AdminProblem(
        'bad-request',
        `ipvs cannot choose by ${algorithm}: the kernel has no scheduler of that kind`,
        'algorithm',
      );
  }
}

/**
 * Draining is weight 0: nothing new, and what stands goes on. Whoever fails its checks is taken out, as keepalived does it;
 * the packets of its connections are then dropped until it is back.
 */
export function ipvsTable({ serving, known, settings }: Wanted): IpvsTable {
  const places = new Set(serving.map(placeOf));
  const whole = serving.every(({ weight }) => Number.isInteger(weight));
  const weightOf = (weight: number) =>
    whole ? Math.min(weight, mostWeight) : Math.max(1, Math.round(weight * 100));
  const drained = known.filter((target) => target.draining === true && !places.has(placeOf(target)));
  return {
    scheduler: schedulerOf(settings),
    servers: new Map([
      ...serving.map((target) => [placeOf(target), weightOf(target.weight)] as const),
      ...drained.map((target) => [placeOf(target), 0] as const),
    ]),
  };
}

/**
 * From what stands to what is wanted, as `ipvsadm --restore` reads it: a line a command, each of them one step for the
 * kernel. Who comes, comes first; so there is somebody to choose at every moment.
 */
export function ipvsScript(front: Front, before: IpvsTable | null, wanted: IpvsTable): string {
  const service = `-t ${placeOf(front)}`;
  const known = before?.servers ?? new Map<string, number>();
  const server = (command: string, place: string, weight: number) =>
    `${command} ${service} -r ${place} -m -w ${weight}`;
  return [
    ...(before === null ? [`-A ${service} -s ${wanted.scheduler}`] : []),
    ...[...wanted.servers].flatMap(([place, weight]) => {
      if (!known.has(place)) return [server('-a', place, weight)];
      return known.get(place) === weight ? [] : [server('-e', place, weight)];
    }),
    ...[...known.keys()]
      .filter((place) => !wanted.servers.has(place))
      .map((place) => `-d ${service} -r ${place}`),
    ...(before !== null && before.scheduler !== wanted.scheduler
      ? [`-E ${service} -s ${wanted.scheduler}`]
      : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

export interface IpvsCount {
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Of the service and of each of its servers, by `address:port`. */
export interface IpvsCounts {
  readonly service: IpvsCount | null;
  readonly servers: ReadonlyMap<string, IpvsCount>;
}

/**
 * `ipvsadm -L -n --stats --exact`:
 *
 *   Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
 *     -> RemoteAddress:Port
 *   TCP  10.9.0.2:8080                       5       30       25     2100     3000
 *     -> 10.9.0.11:8080                      3       18       15     1260     1800
 */
export function parseIpvsStats(text: string, front: Front): IpvsCounts {
  const servers = new Map<string, IpvsCount>();
  let service: IpvsCount | null = null;
  let ours = false;
  for (const line of text.split('\n')) {
    const [, kind = '', place = '', rest = ''] =
      /^(TCP| {2}->) +(\S+:\d+) +([\d ]+)$/.exec(line.trimEnd()) ?? [];
    if (kind === '') {
      if (/^\S/.test(line)) ours = false;
      continue;
    }
    const count = countOf(rest.trim().split(/ +/).map(Number));
    if (kind === 'TCP') {
      ours = place === placeOf(front);
      if (ours) service = count;
    } else if (ours) servers.set(place, count);
  }
  return { service, servers };
}

function countOf([
  connections = 0,
  packetsIn = 0,
  packetsOut = 0,
  bytesIn = 0,
  bytesOut = 0,
]: readonly number[]): IpvsCount {
  return { connections, packetsIn, packetsOut, bytesIn, bytesOut };
}

/** `ipvsadm -S -n` prints the table as the commands that would make it; beside each what was counted on the way in. */
export function ipvsRules(saved: string, { service, servers }: IpvsCounts): readonly KernelRule[] {
  return saved.split('\n').flatMap((line): KernelRule[] => {
    const found = /^-(A|a) -t (\S+)(?: -r (\S+))? (.*)$/.exec(line.trim());
    if (found === null) return [];
    const [, command, place = '', server, rest = ''] = found;
    const count = server === undefined ? service : servers.get(server);
    const text = server === undefined ? `TCP ${place} ${rest}` : `-> ${server} ${rest}`;
    return [
      {
        chain: command === 'A' ? 'service' : 'server',
        text: text.trim(),
        packets: count?.packetsIn ?? null,
        bytes: count?.bytesIn ?? null,
      },
    ];
  });
}

/** The servers that stand in a saved table, with their weights. */
export function serversIn(saved: string, front: Front): ReadonlyMap<string, number> {
  const start = `-a -t ${placeOf(front)} -r `;
  return new Map(
    saved
      .split('\n')
      .filter((line) => line.startsWith(start))
      .map((line) => [line.slice(start.length).split(' ')[0] ?? '', Number(/ -w (\d+)/.exec(line)?.[1])]),
  );
}

export function placeOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address}:${port}`;
}
