import { describe, expect, it } from 'vitest';
import {
  chainHash,
  kubeProxyBase,
  kubeProxyRules,
  probability,
} from '../../../../docker/kernel/kube-proxy-rules.ts';

const service = {
  name: 'ns1/svc1:p80',
  protocol: 'tcp',
  clusterAddress: '172.30.0.41',
  clusterPort: 80,
  nodePort: 30_080,
  affinitySeconds: 0,
  endpoints: [
    { address: '10.180.0.1', port: 80 },
    { address: '10.180.0.2', port: 80 },
    { address: '10.180.0.3', port: 80 },
  ],
} as const;

describe('kube-proxy rules', () => {
  it('names chains as kube-proxy does (check vector of lb-spec 3.1)', () => {
    expect(chainHash('ns1/svc1:p80', 'tcp')).toBe('XPGD46QRK7WJZT7O');
    expect(chainHash('ns1/svc1:p80', 'tcp', '10.180.0.1:80')).toBe('SXIVWICOYRO3J4NJ');
  });

  it.each([
    [2, ['0.5000000000', null]],
    [3, ['0.3333333333', '0.5000000000', null]],
    [4, ['0.2500000000', '0.3333333333', '0.5000000000', null]],
  ])('%i endpoints: 1/(n-i) with ten decimals, and the last takes the rest', (n, wanted) => {
    expect(Array.from({ length: n }, (_, i) => probability(n - i))).toEqual(wanted);
  });

  it('come to an equal share for each endpoint', () => {
    for (const n of [1, 2, 3, 7, 10]) {
      let left = 1;
      for (let i = 0; i < n; i += 1) {
        const taken = left * Number(probability(n - i) ?? 1);
        expect(taken).toBeCloseTo(1 / n, 8);
        left -= taken;
      }
    }
  });

  it('chain by chain, from the service to the endpoint', () => {
    const rules = kubeProxyRules(service).split('\n');
    const chain = (name: string) => rules.filter((rule) => rule.startsWith(`-A ${name} `));
    expect(chain('KUBE-SERVICES')[0]).toContain('-d 172.30.0.41/32 -p tcp');
    expect(chain('KUBE-SERVICES')[0]).toMatch(/--dport 80 -j KUBE-SVC-XPGD46QRK7WJZT7O$/);
    expect(chain('KUBE-SERVICES').at(-1)).toMatch(/--dst-type LOCAL -j KUBE-NODEPORTS$/);
    expect(chain('KUBE-NODEPORTS')[0]).toMatch(/--dport 30080 -j KUBE-EXT-XPGD46QRK7WJZT7O$/);
    expect(chain('KUBE-EXT-XPGD46QRK7WJZT7O')).toEqual([
      expect.stringMatching(/-j KUBE-MARK-MASQ$/),
      '-A KUBE-EXT-XPGD46QRK7WJZT7O -j KUBE-SVC-XPGD46QRK7WJZT7O',
    ]);
    expect(chain('KUBE-SVC-XPGD46QRK7WJZT7O').map((rule) => /--probability (\S+)/.exec(rule)?.[1])).toEqual([
      '0.3333333333',
      '0.5000000000',
      undefined,
    ]);
    expect(chain('KUBE-SEP-SXIVWICOYRO3J4NJ')).toEqual([
      expect.stringMatching(/-s 10\.180\.0\.1\/32 .* -j KUBE-MARK-MASQ$/),
      expect.stringMatching(/-j DNAT --to-destination 10\.180\.0\.1:80$/),
    ]);
    expect(chain('KUBE-MARK-MASQ')).toEqual(['-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000']);
    expect(chain('KUBE-POSTROUTING').at(0)).toContain('! --mark 0x4000/0x4000 -j RETURN');
    expect(chain('KUBE-POSTROUTING').at(-1)).toMatch(/-j MASQUERADE$/);
  });

  it('declares every chain that it uses, and ends with COMMIT', () => {
    const text = kubeProxyRules(service);
    const declared = new Set([...text.matchAll(/^:(\S+)/gm)].map((match) => match[1]));
    for (const [, used] of (text + kubeProxyBase).matchAll(/-j (KUBE-\S+)/g))
      expect(declared).toContain(used);
    expect(text.trimEnd().endsWith('COMMIT')).toBe(true);
  });

  it('send whoever came lately where he was, before any dice are rolled', () => {
    const svc = kubeProxyRules({ ...service, affinitySeconds: 10_800 })
      .split('\n')
      .filter((rule) => rule.startsWith('-A KUBE-SVC-'));
    expect(svc.map((rule) => /-m (recent|statistic)/.exec(rule)?.[1])).toEqual([
      'recent',
      'recent',
      'recent',
      'statistic',
      'statistic',
      undefined,
    ]);
    expect(svc[0]).toContain('--rcheck --seconds 10800 --reap');
    expect(kubeProxyRules({ ...service, affinitySeconds: 10_800 })).toContain(
      '-m recent --name KUBE-SEP-SXIVWICOYRO3J4NJ --set -m tcp -j DNAT',
    );
  });

  it('reject, and choose nobody, when no endpoint is left; the old chain goes', () => {
    const text = kubeProxyRules({ ...service, endpoints: [] }, service.endpoints.slice(0, 1));
    expect(text.match(/-j REJECT/g)).toHaveLength(2);
    expect(text).not.toContain('DNAT');
    expect(text).toContain(':KUBE-SEP-SXIVWICOYRO3J4NJ - [0:0]');
    expect(text).toContain('-X KUBE-SEP-SXIVWICOYRO3J4NJ');
  });
});
