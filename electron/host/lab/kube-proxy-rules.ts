import { createHash } from 'node:crypto';

/** One Service as kube-proxy's iptables mode sees it: cluster address, NodePort, ready endpoints. */
export interface KubeService {
  /** namespace/name:port */
  readonly name: string;
  readonly protocol: 'tcp';
  readonly clusterAddress: string;
  readonly clusterPort: number;
  readonly nodePort: number;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/**
 * kube-proxy's own nat rules for one service with externalTrafficPolicy Cluster, as iptables-restore reads them.
 *
 *   packet -> KUBE-SERVICES -> KUBE-SVC-x | KUBE-NODEPORTS -> KUBE-EXT-x -> KUBE-SVC-x -> one KUBE-SEP-y -> DNAT
 *
 * The choice is made once per connection, at random: rule i of n takes 1/(n-i), the last takes what is left. Nothing
 * here knows whether an endpoint works. Traffic by NodePort is marked 0x4000 and masqueraded on its way out, so the
 * endpoint answers this node and not the client directly.
 */
export function kubeProxyRules(service: KubeService): string {
  const { name, protocol, clusterAddress, clusterPort, nodePort, endpoints } = service;
  const svc = `KUBE-SVC-${chainHash(name, protocol)}`;
  const ext = `KUBE-EXT-${chainHash(name, protocol)}`;
  const seps = endpoints.map((end) => ({
    ...end,
    chain: `KUBE-SEP-${chainHash(name, protocol, `${end.address}:${end.port}`)}`,
  }));
  const because = (text: string) => `-m comment --comment "${text}"`;
  const chains = [
    'KUBE-SERVICES',
    'KUBE-NODEPORTS',
    'KUBE-POSTROUTING',
    'KUBE-MARK-MASQ',
    svc,
    ext,
    ...seps.map((sep) => sep.chain),
  ];
  const choose = seps.map((sep, index) => {
    const share = probability(seps.length - index);
    const random = share === null ? '' : ` -m statistic --mode random --probability ${share}`;
    return `-A ${svc} ${because(`${name} -> ${sep.address}:${sep.port}`)}${random} -j ${sep.chain}`;
  });
  const deliver = seps.flatMap((sep) => [
    `-A ${sep.chain} -s ${sep.address}/32 ${because(name)} -j KUBE-MARK-MASQ`,
    `-A ${sep.chain} -p ${protocol} ${because(name)} -m ${protocol} -j DNAT --to-destination ${sep.address}:${sep.port}`,
  ]);
  return [
    '*nat',
    ...chains.map((chain) => `:${chain} - [0:0]`),
    `-A PREROUTING ${because('kubernetes service portals')} -j KUBE-SERVICES`,
    `-A OUTPUT ${because('kubernetes service portals')} -j KUBE-SERVICES`,
    `-A POSTROUTING ${because('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
    '-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
    `-A KUBE-POSTROUTING ${because('kubernetes service traffic requiring SNAT')} -j MASQUERADE`,
    `-A KUBE-SERVICES -d ${clusterAddress}/32 -p ${protocol} ${because(`${name} cluster IP`)} -m ${protocol} --dport ${clusterPort} -j ${svc}`,
    `-A KUBE-SERVICES ${because('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
    `-A KUBE-NODEPORTS -p ${protocol} ${because(name)} -m ${protocol} --dport ${nodePort} -j ${ext}`,
    `-A ${ext} ${because(`masquerade traffic for ${name} external destinations`)} -j KUBE-MARK-MASQ`,
    `-A ${ext} -j ${svc}`,
    ...choose,
    ...deliver,
    'COMMIT',
    '',
  ].join('\n');
}

/** Rule i of n: 1/(n-i) with ten decimals, as kube-proxy prints it; null for the last, which takes all the rest. */
export function probability(remaining: number): string | null {
  return remaining <= 1 ? null : (1 / remaining).toFixed(10);
}

/** First 16 characters of base32(sha256(service port name + protocol [+ endpoint])) (lb-spec 3.1). */
export function chainHash(servicePortName: string, protocol: string, endpoint = ''): string {
  const digest = createHash('sha256').update(`${servicePortName}${protocol}${endpoint}`).digest();
  return base32(digest).slice(0, 16);
}

/** RFC 4648 section 6, without padding. */
function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >>> bits) & 31);
      held &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? text : text + alphabet.charAt((held << (5 - bits)) & 31);
}
