import { readFileSync } from 'node:fs';
import type { NetworkStats } from '../protocol/stats.ts';

/**
 * What crossed this node's one interface, by the kernel's own count, frames and all. Null where the network is shared
 * with the whole machine: its figures would not be this node's.
 */
export function networkStats(): NetworkStats | null {
  if (process.env.BLINDSPOT_NETWORK !== 'own') return null;
  return parseDevices(readFileSync('/proc/net/dev', 'utf8'), 'eth0');
}

/** A line: name, then eight figures received and eight sent; bytes and packets come first. */
export function parseDevices(text: string, device: string): NetworkStats | null {
  const line = text.split('\n').find((one) => one.trimStart().startsWith(`${device}:`));
  if (line === undefined) return null;
  const figures = line
    .slice(line.indexOf(':') + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  const [receivedBytes = 0, receivedPackets = 0] = figures;
  const [sentBytes = 0, sentPackets = 0] = figures.slice(8);
  return { receivedBytes, receivedPackets, sentBytes, sentPackets };
}
