import { describe, expect, it } from 'vitest';
import { guardReading, nftGuard } from '../../../../docker/kernel/nft-guard.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const front = { address: '10.9.0.2', port: 8080, virtual: false };
const settings = (guard: object) => l4SettingsSchema.parse({ plane: 'nft-dnat', guard });

describe('the guard of nftables', () => {
  it('is in no packet’s way and asks nothing of nft until it is wanted', async () => {
    const guard = nftGuard(front);
    expect(guard.script(settings({}))).toEqual([]);
    expect(await guard.read()).toEqual({ rules: [], dropped: { packets: 0, bytes: 0 } });
  });

  it('drops SYNs beyond the rate of their source, and keeps its counter when it is switched off again', () => {
    const guard = nftGuard(front);
    const on = guard.script(settings({ ratePerSource: 20, burst: 30 })).join('\n');
    expect(on).toContain('ip daddr 10.9.0.2 tcp dport 8080 tcp flags & (syn | ack) == syn');
    expect(on).toContain('limit rate over 20/second burst 30 packets } counter name dropped drop');
    // One in sixteen by another way, with the same verdict.
    expect(on).toContain('numgen inc mod 16 0 goto timed');
    expect(on).toContain('limit rate over 20/second burst 30 packets } goto timed-drop');
    expect(on).toContain('timed-drop counter name dropped drop');
    const off = guard.script(settings({})).join('\n');
    expect(off).toContain('flush chain netdev guard ingress');
    expect(off).not.toContain('drop }');
    expect(off).not.toContain('limit rate');
  });

  it('counts what it dropped', () => {
    const { rules, dropped } = guardReading(listing);
    expect(dropped).toEqual({ packets: 9, bytes: 360 });
    expect(rules).toEqual([
      { chain: 'ingress', text: 'tcp dport 8080 counter name "dropped" drop', packets: 9, bytes: 360 },
    ]);
  });
});

const listing = `netdev guard @sources
	element 0100007f  : 0 [end]
netdev guard ingress 9
  [ meta load protocol => reg 1 ]
  [ counter pkts 3 bytes 120 ]

table netdev guard {
	counter dropped {
		packets 9 bytes 360
	}

	chain ingress {
		type filter hook ingress device "eth0" priority -10; policy accept;
		tcp dport 8080 counter name "dropped" drop
	}
}
`;
