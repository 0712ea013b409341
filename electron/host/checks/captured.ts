import type { CheckOf } from '../../../labs/checks.ts';
import type { Crossing } from '../capture/crossing.ts';
import { capturedSpan } from './captured-span.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodesOf } from './names.ts';
import { judgedSince } from './since.ts';
import { duration } from './words.ts';

type Kind = CheckOf<'captured'>['of'];

const words: Readonly<Record<Kind, string>> = {
  handshakes: 'handshakes',
  refused: 'refused connections',
  reset: 'resets',
  closed: 'four-way closes',
  again: 'packets sent again',
  data: 'packets with data',
};

/** Packets of one kind, counted one by one in a real capture. */
export const captured: Predicate<CheckOf<'captured'>> = (check, { evidence }) => {
  const { atLeast, atMost } = check;
  const opened = judgedSince(evidence);
  const begin = check.seconds === undefined ? opened : evidence.now - check.seconds * 1000;
  const span = capturedSpan(check, evidence, Math.max(opened, begin));
  const sources = check.source === undefined ? null : nodesOf(check.source, evidence);
  const seen = span.crossings.filter(
    (crossing) =>
      isOf(check.of, crossing) &&
      (sources === null || sources.includes(crossing.conversation?.client.node ?? '')),
  ).length;
  const expected = `${bounds(atLeast, atMost)} ${words[check.of]}${where(check)}`;
  if (span.watchedSince === null) return finding('waiting', 'nothing is captured there', expected);
  const from = Math.max(opened, begin, span.watchedSince);
  const measured = `${seen} ${words[check.of]} in ${duration(evidence.now - from)}`;
  if (atMost !== undefined && seen > atMost) return finding('fail', measured, expected);
  if (seen < atLeast) return finding('waiting', measured, expected);
  const whole = from <= begin;
  return finding(atMost === undefined || whole ? 'pass' : 'waiting', measured, expected);
};

function isOf(kind: Kind, { marks, frame }: Crossing): boolean {
  if (kind === 'data') return frame.tcp !== null && frame.payloadLength > 0;
  return marks.has(kind === 'handshakes' ? 'established' : kind);
}

function bounds(atLeast: number, atMost: number | undefined): string {
  if (atMost === undefined) return `at least ${atLeast}`;
  return atLeast === 0 ? `at most ${atMost}` : `${atLeast} to ${atMost}`;
}

function where({ at, from, to, source, seconds }: CheckOf<'captured'>): string {
  const way = [
    ...(from === undefined ? [] : [` from ${called(from)}`]),
    ...(to === undefined ? [] : [` to ${called(to)}`]),
    ...(source === undefined ? [] : [` by the address of ${called(source)}`]),
  ].join('');
  return `${way}, captured at ${called(at)}${seconds === undefined ? '' : ` in ${seconds} s`}`;
}
