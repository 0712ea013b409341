import type { Count } from './plane.ts';

/**
 * What nftables takes to judge a packet, by the kernel's own clock. A rule can note the time (`meta time`, in nanoseconds)
 * by adding it to a set, so one packet in so many notes it three times:
 *
 *   began > ready > [its source looked up, the limit asked] > judged > drop
 *
 * Noting costs more than judging. From `began` to `ready` there is nothing but one noting, from `ready` to `judged` one
 * noting and the judgement; the difference is the judgement alone.
 */
export const moments = ['began', 'ready', 'judged'] as const;
type Moment = (typeof moments)[number];

/** Notes are read several times before they go. */
export const keptSeconds = 2;
/** Further apart they are of two packets, or something else ran in between. */
const mostNanos = 50_000n;
/** The middle one of so many is told: an interrupt now and then is not what a rule costs. */
const mostSamples = 64;

export interface JudgementClock {
  /** `nft --debug=netlink list table`, and what was dropped by then; the sum for all of them, once one was timed. */
  see(text: string, dropped: Count): { readonly nanos?: number };
}

export function judgementClock(): JudgementClock {
  let newest = 0n;
  let samples: readonly number[] = [];
  let packets = 0;
  let nanos = 0;
  return {
    see(text, dropped) {
      const judgements = judgementsIn(text).filter(({ at }) => at > newest);
      newest = judgements.at(-1)?.at ?? newest;
      samples = [...samples, ...judgements.map((one) => one.nanos)].slice(-mostSamples);
      const each = samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];
      if (each === undefined) return {};
      nanos += each * (dropped.packets - packets);
      packets = dropped.packets;
      return { nanos };
    },
  };
}

/** Oldest first. Below nothing is nothing: the two notings of one packet need not take equally long. */
export function judgementsIn(text: string): readonly { readonly at: bigint; readonly nanos: number }[] {
  const { began, ready, judged } = notesIn(text);
  return judged.flatMap((at) => {
    const second = ready.findLast((one) => one < at);
    const first = second === undefined ? undefined : began.findLast((one) => one < second);
    if (second === undefined || first === undefined || at - first > mostNanos) return [];
    return [{ at, nanos: Math.max(0, Number(at - second - (second - first))) }];
  });
}

/**
 * nft prints times by the second; only its debug output has them as they are, in two words of 32 bits, the low one first:
 *
 *   netdev guard @began
 *   	element a70bffbe 18ea22c8  : 0 [end]
 */
function notesIn(text: string): Readonly<Record<Moment, readonly bigint[]>> {
  const notes: Record<Moment, bigint[]> = { began: [], ready: [], judged: [] };
  let into: bigint[] | null = null;
  for (const line of text.split('\n')) {
    const set = /^netdev \S+ @(\S+)$/.exec(line.trim())?.[1];
    const moment = moments.find((one) => one === set);
    if (set !== undefined) into = moment === undefined ? null : notes[moment];
    const [, low, high] = /^\s+element ([0-9a-f]{8}) ([0-9a-f]{8})\s/.exec(line) ?? [];
    if (into === null || low === undefined || high === undefined) continue;
    into.push((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`));
  }
  const inOrder = (list: readonly bigint[]) => list.toSorted((a, b) => (a < b ? -1 : 1));
  return { began: inOrder(notes.began), ready: inOrder(notes.ready), judged: inOrder(notes.judged) };
}
