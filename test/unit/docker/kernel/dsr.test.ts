import { describe, expect, it } from 'vitest';
import { dsrReading, dsrScript } from '../../../../docker/kernel/dsr.ts';
import type { PlaneTarget } from '../../../../docker/kernel/plane.ts';
import { refuseShared } from '../../../../docker/kernel/shared-address.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const front = { address: '10.9.0.9', port: 8080, virtual: true };
const own = '02:42:0a:09:00:02';
const target = (n: number): PlaneTarget => ({
  id: `backend-${n}`,
  address: `10.9.0.${n + 10}`,
  port: 8080,
  weight: 1,
});
const macs = new Map([
  ['10.9.0.11', '02:42:0a:09:00:0b'],
  ['10.9.0.12', '02:42:0a:09:00:0c'],
]);
const settingsOf = (patch: object = {}) =>
  l4SettingsSchema.parse({ plane: 'dsr', algorithm: 'flow-hash', ...patch });
const script = (serving: readonly PlaneTarget[], known = serving, patch: object = {}) =>
  dsrScript(front, { serving, known, settings: settingsOf(patch) }, own, macs);
const pick = (text: string) => /rule netdev blindspot pick (jhash.*)/.exec(text)?.[1];

describe('dsr', () => {
  it('chooses by source address and port, with one seed, for whatever is meant for the virtual address', () => {
    const text = script([target(1), target(2)]);
    expect(text).toContain('rule netdev blindspot ingress ip daddr 10.9.0.9 tcp dport 8080 goto pick');
    expect(pick(text)).toMatch(
      /^jhash ip saddr \. tcp sport mod 2 seed 0x\w+ vmap \{ 0 : goto to-backend-1, 1 : goto to-backend-2 \}$/,
    );
  });

  it('changes the two hardware addresses of a packet and sends it out again, and touches no other byte', () => {
    const rules = script([target(1)])
      .split('\n')
      .filter((line) => line.startsWith('add rule netdev blindspot to-backend-1 '));
    expect(rules.at(-1)).toBe(
      `add rule netdev blindspot to-backend-1 counter name out-backend-1 ether saddr set ${own} ether daddr set 02:42:0a:09:00:0b fwd to "eth0"`,
    );
    expect(rules.join('\n')).not.toMatch(/dnat|snat|masquerade|ip [sd]addr set|th [sd]port set/);
  });

  it('counts what opens a connection apart: a SYN without ACK', () => {
    const text = script([target(1)]);
    expect(text).toContain('pick tcp flags & (syn | ack) == syn counter name accepted');
    expect(text).toContain('to-backend-1 tcp flags & (syn | ack) == syn counter name new-backend-1');
  });

  it('gives nothing to a target whose hardware address nobody knows', () => {
    const text = script([target(1), target(3)]);
    expect(pick(text)).toContain('mod 1 ');
    expect(text).not.toContain('backend-3');
  });

  it('keeps counting for a target that serves no more, and picks nobody when nobody serves', () => {
    expect(script([target(2)], [target(1), target(2)])).toContain('counter name out-backend-1');
    expect(pick(script([], [target(1)]))).toBeUndefined();
  });

  it('reads back no byte of an answer, since none comes this way', () => {
    const reading = dsrReading(listing);
    expect(reading.accepted).toBe(5);
    expect(reading.targets.get('backend-1')).toEqual({
      opened: 5,
      toTarget: { packets: 30, bytes: 2100 },
      fromTarget: null,
    });
  });
});

describe('direct return', () => {
  const refusal = (patch: object, where = front) => {
    try {
      refuseShared(where, settingsOf(patch));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('wants an address that both sides hold, one port, a hash, and no masquerade', () => {
    const place = { id: 'backend-1', address: '10.9.0.11', port: 8080, weight: 1, draining: false };
    expect(refusal({ targets: [place] })).toBe('');
    expect(refusal({}, { ...front, virtual: false })).toContain('needs a virtual address');
    expect(refusal({ targets: [{ ...place, port: 9090 }] })).toContain('rewrites no port: backend-1');
    expect(refusal({ algorithm: 'round-robin' })).toContain('only a hash');
    expect(refusal({ kernel: { masquerade: true } })).toContain('rewrites no address');
  });
});

const listing = `table netdev blindspot {
	counter accepted {
		packets 5 bytes 300
	}

	counter new-backend-1 {
		packets 5 bytes 300
	}

	counter out-backend-1 {
		packets 30 bytes 2100
	}

	chain ingress {
		type filter hook ingress device "eth0" priority filter; policy accept;
		ip daddr 10.9.0.9 tcp dport 8080 goto pick
	}
}
`;
