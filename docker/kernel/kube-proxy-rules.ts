import { createHash } from 'node:crypto';

/** One Service as kube-proxy's iptables mode sees it: cluster address, NodePort, ready endpoints. */
export interface KubeService {
  /** namespace/name:port */
  readonly name: string;
  readonly protocol: 'tcp';
  readonly clusterAddress: string;
  readonly clusterPort: number;
  readonly nodePort: number;
  readonly endpoints: readonly KubeEndpoint[];
  /** sessionAffinity ClientIP for so many seconds; 0: none. */
  readonly affinitySeconds: number;
}

export interface KubeEndpoint {
  readonly address: string;
  readonly port: number;
}

const portals = because('kubernetes service portals');

/** Hooks the chains into the kernel's own, once. What is in the chains comes and goes after that. */
export const kubeProxyBase = [
  '*nat',
  ...['KUBE-SERVICES', 'KUBE-POSTROUTING'].map(declared),
  `-A PREROUTING ${portals} -j KUBE-SERVICES`,
  `-A OUTPUT ${portals} -j KUBE-SERVICES`,
  `-A POSTROUTING ${because('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
  'COMMIT',
  '*filter',
  declared('KUBE-SERVICES'),
  ...['INPUT', 'FORWARD', 'OUTPUT'].map(
    (hook) => `-A ${hook} -m conntrack --ctstate NEW ${portals} -j KUBE-SERVICES`,
  ),
  'COMMIT',
  '',
].join('\n');

/**
 * kube-proxy's own rules for one service with externalTrafficPolicy Cluster, as iptables-restore --noflush reads them.
 *
 *   packet -> KUBE-SERVICES -> KUBE-SVC-x | KUBE-NODEPORTS -> KUBE-EXT-x -> KUBE-SVC-x -> one KUBE-SEP-y -> DNAT
 *
 * The choice is made once per connection, at random: rule i of n takes 1/(n-i), the last takes what is left. Nothing
 * here knows whether an endpoint works. Traffic by NodePort is marked 0x4000 and masqueraded on its way out, so the
 * endpoint answers this node and not the client directly. Without endpoints the filter table rejects.
 */
export function kubeProxyRules(service: KubeService, gone: readonly KubeEndpoint[] = []): string {
  const { name, protocol, clusterAddress, clusterPort, nodePort, endpoints } = service;
  const svc = serviceChain(service);
  const ext = `KUBE-EXT-${chainHash(name, protocol)}`;
  const seps = endpoints.map((end) => ({ ...end, chain: endpointChain(service, end) }));
  const left = gone.map((end) => endpointChain(service, end));
  const chains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ', svc, ext];
  const toCluster = `-d ${clusterAddress}/32 -p ${protocol} ${because(`${name} cluster IP`)} -m ${protocol} --dport ${clusterPort}`;
  const toNode = `-p ${protocol} ${because(name)} -m ${protocol} --dport ${nodePort}`;
  const reject = `-j REJECT --reject-with icmp-port-unreachable`;
  return [
    '*nat',
    ...[...chains, ...seps.map((sep) => sep.chain), ...left].map(declared),
    '-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
    `-A KUBE-POSTROUTING ${because('kubernetes service traffic requiring SNAT')} -j MASQUERADE`,
    ...(seps.length === 0 ? [] : [`-A KUBE-SERVICES ${toCluster} -j ${svc}`]),
    `-A KUBE-SERVICES ${because('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
    ...(seps.length === 0 ? [] : [`-A KUBE-NODEPORTS ${toNode} -j ${ext}`]),
    `-A ${ext} ${because(`masquerade traffic for ${name} external destinations`)} -j KUBE-MARK-MASQ`,
    `-A ${ext} -j ${svc}`,
    ...choose(service),
    ...seps.flatMap((sep) => deliver(service, sep)),
    ...left.map((chain) => `-X ${chain}`),
    'COMMIT',
    '*filter',
    declared('KUBE-SERVICES'),
    ...(seps.length > 0
      ? []
      : [
          `-A KUBE-SERVICES ${toCluster} ${reject}`,
          `-A KUBE-SERVICES -m addrtype --dst-type LOCAL ${toNode} ${reject}`,
        ]),
    'COMMIT',
    '',
  ].join('\n');
}

/** Whoever came lately goes where he was; the others are spread at random. */
function choose(service: KubeService): readonly string[] {
  const { name, endpoints, affinitySeconds } = service;
  const svc = serviceChain(service);
  const seps = endpoints.map((end) => ({ ...end, chain: endpointChain(service, end) }));
  const sticky = seps.map(
    ({ chain, address, port }) =>
      `-A ${svc} ${because(`${name} -> ${address}:${port}`)} -m recent --name ${chain} --rcheck --seconds ${affinitySeconds} --reap -j ${chain}`,
  );
  const spread = seps.map(({ chain, address, port }, index) => {
    const share = probability(seps.length - index);
    const random = share === null ? '' : ` -m statistic --mode random --probability ${share}`;
    return `-A ${svc} ${because(`${name} -> ${address}:${port}`)}${random} -j ${chain}`;
  });
  return affinitySeconds === 0 ? spread : [...sticky, ...spread];
}

function deliver(
  { name, protocol, affinitySeconds }: KubeService,
  { chain, address, port }: KubeEndpoint & { readonly chain: string },
): readonly string[] {
  const remember = affinitySeconds === 0 ? '' : ` -m recent --name ${chain} --set`;
  return [
    `-A ${chain} -s ${address}/32 ${because(name)} -j KUBE-MARK-MASQ`,
    `-A ${chain} -p ${protocol} ${because(name)}${remember} -m ${protocol} -j DNAT --to-destination ${address}:${port}`,
  ];
}

export function serviceChain({ name, protocol }: KubeService): string {
  return `KUBE-SVC-${chainHash(name, protocol)}`;
}

export function endpointChain({ name, protocol }: KubeService, { address, port }: KubeEndpoint): string {
  return `KUBE-SEP-${chainHash(name, protocol, `${address}:${port}`)}`;
}

function because(text: string): string {
  return `-m comment --comment "${text}"`;
}

function declared(chain: string): string {
  return `:${chain} - [0:0]`;
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
