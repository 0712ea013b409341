import { describe, expect, it } from 'vitest';
import type { PlaneTarget } from '../../../../docker/kernel/plane.ts';
import { reading, ringOf, ringSlots } from '../../../../docker/kernel/xdp.ts';
import type { Dump } from '../../../../docker/kernel/xdp.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const target = (n: number): PlaneTarget => ({
  id: `backend-${n}`,
  address: `10.9.0.${n + 10}`,
  port: 8080,
  weight: 1,
});
const ten = Array.from({ length: 10 }, (_, n) => target(n + 1));
const nine = ten.filter(({ id }) => id !== 'backend-4');
const settings = (algorithm: string) => l4SettingsSchema.parse({ plane: 'xdp', algorithm });

/** Whose each slot is, by name. */
const owners = (serving: readonly PlaneTarget[], algorithm: string) =>
  ringOf(serving, settings(algorithm)).map((index) => (index === null ? null : serving[index]?.id));

/** Slots of those who stay that went to another one. */
function movedShare(algorithm: string): number {
  const [before, after] = [owners(ten, algorithm), owners(nine, algorithm)];
  const stays = before.map((owner, slot) => ({ owner, slot })).filter(({ owner }) => owner !== 'backend-4');
  return stays.filter(({ owner, slot }) => after[slot] !== owner).length / stays.length;
}

describe('the ring of the xdp plane', () => {
  it('has an owner for each slot, and nobody where nobody serves', () => {
    expect(owners(ten, 'maglev')).toHaveLength(ringSlots);
    expect(new Set(owners(ten, 'maglev')).size).toBe(10);
    expect(new Set(ringOf([], settings('maglev')))).toEqual(new Set([null]));
  });

  it.each(['maglev', 'modulo-hash'])('gives each of ten an even part of it by %s', (algorithm) => {
    const counts = Map.groupBy(owners(ten, algorithm), (owner) => owner);
    for (const slots of counts.values()) expect(Math.abs(slots.length - ringSlots / 10)).toBeLessThan(42);
  });

  it('moves few slots of those who stay by Maglev, and most of them by modulo', () => {
    expect(movedShare('maglev')).toBeLessThan(0.05);
    expect(movedShare('modulo-hash')).toBeGreaterThan(0.8);
  });
});

describe('what the XDP program counted', () => {
  const tally = (packets: number, opened = 0) => ({
    value: { packets, bytes: packets * 60, opened, nanos: packets * 300 },
  });
  const sent: Dump = [
    { formatted: { key: 0, values: [tally(1), tally(2)] } },
    { formatted: { key: 1, values: [tally(10, 2), tally(20, 3)] } },
    { formatted: { key: 2, values: [tally(0), tally(5, 1)] } },
  ];
  const dropped: Dump = [{ formatted: { key: 0, values: [tally(7), tally(4)] } }];
  const numbers = new Map([
    ['backend-1', 1],
    ['backend-2', 2],
  ]);
  const seen = reading(sent, dropped, numbers, [1, 1, 2, 0]);

  it('is summed over all processors', () => {
    expect(seen.targets.get('backend-1')).toEqual({
      opened: 5,
      toTarget: { packets: 30, bytes: 1800 },
      fromTarget: null,
    });
    expect(seen.accepted).toBe(6);
    expect(seen.dropped).toEqual({ packets: 11, bytes: 660, nanos: 3300 });
  });

  it('reads like rules: what was dropped, each part of the ring, what had no target', () => {
    expect(seen.rules.map(({ text, packets }) => [text, packets])).toEqual([
      ['too many from one source: XDP_DROP', 11],
      [`2 of ${ringSlots} slots: to backend-1, XDP_TX`, 30],
      [`1 of ${ringSlots} slots: to backend-2, XDP_TX`, 5],
      ['no target: XDP_PASS to this node’s own stack', 3],
    ]);
  });
});
