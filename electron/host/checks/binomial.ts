/**
 * The exact binomial distribution. A share is judged by the counts that a true claim would show but for a stated rate
 * of false alarms; no normal approximation, because samples here are small and shares lie near 0.
 */

/** Counts k of n, inclusive, outside of which a true share p falls at most `falseAlarm` of the time (half each side). */
export function binomialBounds(n: number, p: number, falseAlarm: number): readonly [number, number] {
  const half = falseAlarm / 2;
  return [lowest(n, p, half), n - lowest(n, 1 - p, half)];
}

/** The smallest k for which P(X <= k) exceeds `tail`: the smallest count that is no surprise. */
function lowest(n: number, p: number, tail: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return n;
  const mean = n * p;
  // P(X <= mean - t) <= exp(-t^2 / 2 mean) (Chernoff): what lies further below is under e^-72, and need not be summed.
  let k = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean)));
  let upTo = binomialProbability(n, k, p);
  while (upTo <= tail && k < n) {
    k += 1;
    upTo += binomialProbability(n, k, p);
  }
  return k;
}

/** P(X = k), in logarithms: the product under- and overflows long before n reaches what a lab measures. */
export function binomialProbability(n: number, k: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(
    logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p),
  );
}

const exactBelow = 256;
const logFactorials = Array.from({ length: exactBelow }, () => 0);
for (let i = 2; i < exactBelow; i += 1) logFactorials[i] = (logFactorials[i - 1] ?? 0) + Math.log(i);

/** A table for small n, Stirling's series above it: its error there is under 1e-15. */
function logFactorial(n: number): number {
  const known = logFactorials[n];
  if (known !== undefined) return known;
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
