import { describe, expect, it } from 'vitest';
import { dnatReading, dnatScript } from '../../../../docker/kernel/nft-dnat.ts';
import type { PlaneTarget } from '../../../../docker/kernel/plane.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const front = { address: '10.9.0.2', port: 8080, virtual: false };
const target = (n: number, weight = 1): PlaneTarget => ({
  id: `backend-${n}`,
  address: `10.9.0.${n + 10}`,
  port: 8080,
  weight,
});
const script = (serving: readonly PlaneTarget[], known = serving, patch: object = {}) =>
  dnatScript(front, { serving, known, settings: l4SettingsSchema.parse({ plane: 'nft-dnat', ...patch }) });
const pick = (text: string) => /rule ip blindspot pick (.*)/.exec(text)?.[1];

describe('nft-dnat', () => {
  it('numbers new connections round the serving targets', () => {
    expect(pick(script([target(1), target(2)]))).toBe(
      'numgen inc mod 2 vmap { 0 : goto to-backend-1, 1 : goto to-backend-2 }',
    );
  });

  it('hashes with one seed, so that a change moves only what the modulus moves', () => {
    expect(pick(script([target(1)], undefined, { algorithm: 'source-hash' }))).toMatch(
      /^jhash ip saddr mod 1 seed 0x/,
    );
  });

  it('turns weights into slots, spread as smooth weighted round robin spreads them', () => {
    const text = pick(script([target(1, 4), target(2, 2)], undefined, { algorithm: 'weighted-round-robin' }));
    expect(text).toBe(
      'numgen inc mod 3 vmap { 0 : goto to-backend-1, 1 : goto to-backend-2, 2 : goto to-backend-1 }',
    );
  });

  it('keeps counting for a target that serves no more, and gives it nothing new', () => {
    const text = script([target(2)], [target(1), target(2)]);
    expect(pick(text)).not.toContain('backend-1');
    expect(text).toContain('10.9.0.11 . 8080 : jump out-backend-1');
  });

  it('picks nobody when nobody serves', () => {
    expect(pick(script([], [target(1)]))).toBeUndefined();
  });

  it('masquerades only where asked to', () => {
    expect(script([target(1)])).not.toContain('masquerade');
    expect(script([target(1)], undefined, { kernel: { masquerade: true } })).toContain(
      'ct status dnat masquerade',
    );
  });

  it.each(['least-connections', 'two-choices', 'maglev', 'ring-hash'])(
    'refuses %s and says why',
    (algorithm) => {
      expect(() => script([target(1)], undefined, { algorithm })).toThrow(`cannot choose by ${algorithm}: `);
    },
  );

  it('reads back what the kernel counted, rule by rule', () => {
    const reading = dnatReading(listing);
    expect(reading.accepted).toBe(7);
    expect(reading.targets.get('backend-1')).toEqual({
      opened: 7,
      toTarget: { packets: 40, bytes: 2500 },
      fromTarget: { packets: 35, bytes: 9000 },
    });
    expect(reading.rules).toContainEqual({
      chain: 'prerouting',
      text: 'ip daddr 10.9.0.2 tcp dport 8080 counter name "accepted" goto pick',
      packets: 7,
      bytes: 420,
    });
    expect(reading.rules).toContainEqual({ chain: 'mine', text: 'counter accept', packets: 3, bytes: 180 });
  });
});

const listing = `table ip blindspot {
	counter accepted {
		packets 7 bytes 420
	}

	counter new-backend-1 {
		packets 7 bytes 420
	}

	counter out-backend-1 {
		packets 40 bytes 2500
	}

	counter in-backend-1 {
		packets 35 bytes 9000
	}

	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		ip daddr 10.9.0.2 tcp dport 8080 counter name "accepted" goto pick
	}

	chain mine {
		counter packets 3 bytes 180 accept
	}
}
`;
