import { ipProtocol } from './ip.ts';

/** RFC 792 and RFC 4443: what a host says when something could not be delivered, or was asked for an echo. */
export interface Icmp {
  readonly type: number;
  readonly code: number;
  readonly words: string;
}

const v4Words: Readonly<Record<string, string>> = {
  '0': 'echo reply',
  '8': 'echo request',
  '3.0': 'network unreachable',
  '3.1': 'host unreachable',
  '3.3': 'port unreachable',
  '3.4': 'too large to pass, and must not be cut',
  '3.10': 'forbidden by a rule',
  '3.13': 'forbidden by a rule',
  '11.0': 'time to live ran out',
};
const v6Words: Readonly<Record<string, string>> = {
  '1.0': 'no route',
  '1.1': 'forbidden by a rule',
  '1.4': 'port unreachable',
  '2': 'too large to pass',
  '3.0': 'hop limit ran out',
  '128': 'echo request',
  '129': 'echo reply',
  '133': 'router solicitation',
  '134': 'router advertisement',
  '135': 'neighbour solicitation',
  '136': 'neighbour advertisement',
  '143': 'multicast listener report',
};

export function readIcmp(bytes: Buffer, at: number, protocol: number): Icmp | null {
  if (bytes.length < at + 4) return null;
  const type = bytes.readUInt8(at);
  const code = bytes.readUInt8(at + 1);
  const known = protocol === ipProtocol.icmpv6 ? v6Words : v4Words;
  const words = known[`${type}.${code}`] ?? known[String(type)] ?? `type ${type}, code ${code}`;
  return { type, code, words };
}
