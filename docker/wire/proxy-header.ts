import { bad, more } from './head.ts';
import type { Head } from './head.ts';
import { parseProxyV1 } from './proxy-v1.ts';
import { parseProxyV2 } from './proxy-v2.ts';

/** What a balancer tells the next hop before the first byte of the client's (PROXY protocol, versions 1 and 2). */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `LOCAL`: the sender's own connection, a health check; the socket's addresses are the true ones. */
  readonly command: 'PROXY' | 'LOCAL';
  /** Null where the header states none that a TCP connection could have: UNKNOWN, LOCAL, UNSPEC, unix sockets. */
  readonly source: ProxyEndpoint | null;
  readonly destination: ProxyEndpoint | null;
  readonly tlvs: readonly ProxyTlv[];
}

export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
}

export interface ProxyTlv {
  readonly type: number;
  readonly value: Buffer;
}

/**
 * Version 1 or 2, told apart by the first byte; whether there is a header at all is for the listener's configuration
 * to say and never guessed (specification section 5).
 */
export function parseProxyHeader(bytes: Buffer): Head<ProxyHeader> {
  const [first] = bytes;
  if (first === undefined) return more(1);
  if (first === 0x50) return parseProxyV1(bytes);
  if (first === 0x0d) return parseProxyV2(bytes);
  return bad('no PROXY header: the first byte is that of neither version');
}
