import type { Tick } from '../../electron/contract/measure.ts';
import { rate } from '../state/figures.ts';
import { byClass, outcomeClasses, outcomeWords, total } from '../state/outcomes.ts';
import type { ByClass } from '../state/outcomes.ts';

export interface BackendShare {
  readonly name: string;
  /** Null where the backend gave no sample. */
  readonly perSecond: number | null;
  readonly share: number | null;
  readonly rates: ByClass;
  /** Share of its answers that hurt a user. */
  readonly bad: number;
  readonly worst: string;
  readonly words: string;
}

const spanMs = 10_000;
const none: ByClass = { good: 0, 'client-error': 0, 'server-error': 0, broken: 0 };

export function backendShares(names: readonly string[], ticks: readonly Tick[]): readonly BackendShare[] {
  const newest = ticks.at(-1)?.at ?? 0;
  const span = ticks.filter((tick) => tick.at > newest - spanMs);
  const measured = names.map((name) => ({ name, rates: meanRates(name, span) }));
  const all = measured.reduce((sum, { rates }) => sum + (rates === null ? 0 : total(rates)), 0);
  return measured.map(({ name, rates }) => {
    if (rates === null) {
      return { name, perSecond: null, share: null, rates: none, bad: 0, worst: '', words: 'no data' };
    }
    const own = total(rates);
    const hurt = rates['server-error'] + rates.broken;
    return {
      name,
      perSecond: Math.round(own * 10) / 10,
      share: all === 0 ? null : own / all,
      rates,
      bad: own === 0 ? 0 : hurt / own,
      worst: rates['server-error'] >= rates.broken ? outcomeWords['server-error'] : outcomeWords.broken,
      words: outcomeClasses
        .filter((kind) => rates[kind] > 0)
        .map((kind) => `${outcomeWords[kind]}: ${rate(Math.round(rates[kind] * 10) / 10)}/s`)
        .join(', '),
    };
  });
}

function meanRates(name: string, span: readonly Tick[]): ByClass | null {
  const seen = span.flatMap((tick) => tick.backends[name] ?? []);
  if (seen.length === 0) return null;
  const sums = { ...none };
  for (const { outcomes } of seen) {
    const one = byClass(outcomes);
    for (const kind of outcomeClasses) sums[kind] += one[kind] / seen.length;
  }
  return sums;
}
