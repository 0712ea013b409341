import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';

/** The hardware address of each of these, by the kernel's ARP table; whoever has not answered yet is missing. */
export async function neighbours(addresses: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const known = parseArp(await readFile('/proc/net/arp', 'utf8'));
  const unknown = addresses.filter((address) => !known.has(address));
  if (unknown.length === 0) return known;
  await Promise.all(unknown.map(ask));
  return parseArp(await readFile('/proc/net/arp', 'utf8'));
}

/** Targets that cannot be sent anything yet. */
export function unreached(
  targets: readonly { readonly id: string; readonly address: string }[],
  macs: ReadonlyMap<string, string>,
): readonly string[] {
  return targets.filter(({ address }) => !macs.has(address)).map(({ id }) => id);
}

/** `10.9.0.4 0x1 0x2 02:42:0a:09:00:04 * eth0`; flag 2: complete. */
export function parseArp(text: string): ReadonlyMap<string, string> {
  const rows = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([address = '', , flags = '0', mac = '']) =>
      (Number(flags) & 2) === 0 ? [] : [[address, mac] as const],
    ),
  );
}

const answerMs = 100;

/** Any packet makes the kernel ask; this one goes to the discard port, where nobody listens. */
async function ask(address: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.send('', 9, address, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, answerMs));
  socket.close();
}
