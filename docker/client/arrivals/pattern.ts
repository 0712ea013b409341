import type { ClientSettings } from '../../protocol/client.ts';
import type { Rate } from './rate.ts';

export type ArrivalSettings = Pick<
  ClientSettings,
  'arrival' | 'rate' | 'rampTo' | 'rampMs' | 'burstSize' | 'replay' | 'seed'
>;

/** Gaps between requests, in units of the rate: a mean of one keeps the rate. */
export interface Gaps {
  /** From the start to the first request. */
  readonly first: number;
  next(): number;
}

/** An arrival pattern that follows a rate: how fast, and in what rhythm. */
export interface Pattern {
  rate(settings: ArrivalSettings, nowMs: number): Rate;
  gaps(settings: ArrivalSettings): Gaps;
}
