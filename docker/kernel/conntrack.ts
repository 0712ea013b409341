import { readFile } from 'node:fs/promises';

const file = '/proc/net/nf_conntrack';

/** One connection that the kernel follows for NAT: how the client addressed it, and who answers. */
export interface Tracked {
  readonly client: { readonly from: string; readonly to: string };
  readonly upstream: { readonly from: string; readonly to: string };
  readonly state: string;
  readonly toTarget: number;
  readonly fromTarget: number;
}

/** All connections to one port, at one address or any, that are neither closing nor closed. */
export async function trackedTo(address: string | null, port: number): Promise<readonly Tracked[]> {
  return parseTracked(await readFile(file, 'utf8'), address, port);
}

/**
 * A line: the first tuple is the client's packet as it came, the second the reply as it comes back from the target.
 *
 *   ipv4 2 tcp 6 431999 ESTABLISHED src=C dst=F sport=1 dport=80 packets=5 bytes=400 src=T dst=C sport=8080 dport=1 ...
 */
export function parseTracked(text: string, address: string | null, port: number): readonly Tracked[] {
  const marks = [...(address === null ? [] : [`dst=${address} `]), `dport=${port} `];
  return text.split('\n').flatMap((line): Tracked[] => {
    const state = /\btcp\s+6 \d+ (ESTABLISHED|SYN_SENT|SYN_RECV) /.exec(line)?.[1];
    if (state === undefined || !marks.every((mark) => line.includes(mark))) return [];
    const [out, back] = [...line.matchAll(tuple)].map(({ groups }) => groups ?? {});
    if (out === undefined || back === undefined || out.dst !== address || out.dport !== String(port))
      return [];
    return [
      {
        client: { from: `${out.src}:${out.sport}`, to: `${out.dst}:${out.dport}` },
        upstream: { from: `${back.dst}:${back.dport}`, to: `${back.src}:${back.sport}` },
        state,
        toTarget: Number(out.bytes ?? 0),
        fromTarget: Number(back.bytes ?? 0),
      },
    ];
  });
}

const tuple =
  /src=(?<src>\S+) dst=(?<dst>\S+) sport=(?<sport>\d+) dport=(?<dport>\d+)(?: packets=\d+ bytes=(?<bytes>\d+))?/g;
