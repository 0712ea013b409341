import type { FaultSettings } from '../protocol/faults.ts';

/** The standard normal's 99th percentile. */
const z99 = 2.3263479;

/** One latency by its shape; the median is `ms` for each, and the tail of the last two goes through `p99Ms`. */
export function drawLatency(
  { shape, deviationMs, p99Ms }: Pick<FaultSettings<'latency'>, 'shape' | 'deviationMs' | 'p99Ms'>,
  ms: number,
  random: () => number,
): number {
  const tail = ms > 0 ? Math.max(1, p99Ms / ms) : 1;
  switch (shape) {
    case 'fixed':
      return ms;
    case 'normal':
      return Math.max(0, ms + deviationMs * gaussian(random));
    case 'lognormal':
      return ms * Math.exp((Math.log(tail) / z99) * gaussian(random));
    case 'pareto':
      // Quantile q is scale * (1-q)^(-1/shape): the median fixes the scale, 50 times less mass the 99th percentile.
      return ms * (0.5 / (1 - random())) ** (Math.log(tail) / Math.log(50));
  }
}

/** Box and Muller; 1 - random() keeps the logarithm from zero. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
