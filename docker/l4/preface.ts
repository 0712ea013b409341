import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { ProxyProtocolSettings } from '../protocol/l4.ts';
import type { ClientHello } from '../wire/client-hello.ts';
import type { ProxyTlv } from '../wire/proxy-header.ts';
import { unknownProxyV1, writeProxyV1 } from '../wire/proxy-v1.ts';
import { localProxyV2, tlvTypes, writeProxyV2 } from '../wire/proxy-v2.ts';

/** What a target is told before the client's first byte; null: nothing. One write, as the specification asks. */
export function prefaceFor(
  { send, checksum }: ProxyProtocolSettings,
  key: FlowKey,
  hello: ClientHello | null,
): Buffer | null {
  if (send === 'off') return null;
  const source = { address: key.sourceAddress, port: key.sourcePort };
  const destination = { address: key.destinationAddress, port: key.destinationPort };
  if (send === 'v1') return writeProxyV1(source, destination);
  const tlvs: ProxyTlv[] = [];
  // Whom the client asked for, where that was read; what was negotiated in the end, passthrough never sees.
  if (typeof hello?.serverName === 'string') {
    tlvs.push({ type: tlvTypes.authority, value: Buffer.from(hello.serverName) });
  }
  return writeProxyV2(source, destination, { tlvs, checksum });
}

/** Of the balancer's own connections: a target that expects a header expects it of checks too (lb-spec 1.3, 7.4). */
export function probePreface({ send }: ProxyProtocolSettings): Buffer | null {
  if (send === 'off') return null;
  return send === 'v1' ? unknownProxyV1 : localProxyV2;
}
