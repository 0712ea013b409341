import { isIP } from 'node:net';
import { fieldValues } from '../message.ts';
import type { Field } from '../message.ts';

/**
 * Who asked: the connection's peer, or, behind as many proxies as are trusted, the address that the outermost of them
 * saw. Counted from the right: each proxy appends the address it was asked from, and whatever stands further left was
 * written by the client.
 */
export function clientAddress(peer: string, fields: readonly Field[], trustedHops: number): string {
  if (trustedHops === 0) return plain(peer);
  const chain = fieldValues(fields, 'x-forwarded-for')
    .flatMap((line) => line.split(','))
    .map((one) => withoutPort(one.trim()));
  const named = chain.at(-trustedHops);
  // A chain that is too short was not written by the proxies that are trusted.
  return named !== undefined && isIP(named) !== 0 ? named : plain(peer);
}

/** IPv4 on a socket that listens on both (RFC 4291 2.5.5.2). */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** `192.0.2.1:8080`, `[2001:db8::1]:8080`, or an address alone. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
