import { describe, expect, it } from 'vitest';
import { judgementClock, judgementsIn } from '../../../../docker/kernel/nft-clock.ts';

const start = 0x18ea22c8_a6e6be5fn;

/** As `nft --debug=netlink` prints a set of times: two words of 32 bits, the low one first, in no order. */
function set(name: string, times: readonly bigint[]): string {
  const word = (value: bigint) => value.toString(16).padStart(8, '0');
  const lines = times.map((at) => `\telement ${word(at & 0xffffffffn)} ${word(at >> 32n)}  : 0 [end]`);
  return [`netdev guard @${name}`, ...lines.toReversed(), ''].join('\n');
}

/** Packets a millisecond apart: noting takes 360 ns, judging so many. */
function notes(judging: readonly number[], first = 0): string {
  const began = judging.map((_, index) => start + BigInt(first + index) * 1_000_000n);
  const ready = began.map((at) => at + 360n);
  const judged = ready.map((at, index) => at + 360n + BigInt(judging[index] ?? 0));
  const others = 'netdev guard @sources\n\telement 0100007f  : 0 [end]\n';
  return others + set('began', began) + set('ready', ready) + set('judged', judged);
}

const dropped = (packets: number) => ({ packets, bytes: packets * 40 });

describe('the clock of nftables', () => {
  it('tells what judging takes without what noting the time takes', () => {
    expect(judgementsIn(notes([250, 210])).map(({ nanos }) => nanos)).toEqual([250, 210]);
  });

  it('leaves out who was let in, and so was never noted as judged', () => {
    const text = [
      set('began', [start, start + 900_000n]),
      set('ready', [start + 300n, start + 900_300n]),
      set('judged', [start + 900_900n]),
    ].join('');
    expect(judgementsIn(text).map(({ nanos }) => nanos)).toEqual([300]);
  });

  it('joins no two packets', () => {
    const text = set('began', [start]) + set('ready', [start + 300n]) + set('judged', [start + 900_000n]);
    expect(judgementsIn(text)).toEqual([]);
  });

  it('stands for all that were dropped, by the middle one of those timed', () => {
    const clock = judgementClock();
    expect(clock.see('', dropped(5))).toEqual({});
    expect(clock.see(notes([200, 250, 9000]), dropped(100))).toEqual({ nanos: 25_000 });
    // The same notes once more: nothing new was timed, and what was dropped since costs what it did.
    expect(clock.see(notes([200, 250, 9000]), dropped(140))).toEqual({ nanos: 35_000 });
  });

  it('follows when judging grows dearer', () => {
    const clock = judgementClock();
    clock.see(notes(Array.from({ length: 64 }, () => 200)), dropped(1000));
    const later = notes(
      Array.from({ length: 64 }, () => 500),
      100,
    );
    expect(clock.see(later, dropped(1010))).toEqual({ nanos: 1000 * 200 + 10 * 500 });
  });
});
