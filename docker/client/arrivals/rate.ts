/**
 * How many requests fall due over time. Gaps between requests are counted in these units, so one pattern of gaps runs
 * over any rate, and a change of rate keeps what has already been waited for.
 */
export interface Rate {
  /** The time at which `units` more have fallen due after `fromMs`; Infinity if never. */
  after(fromMs: number, units: number): number;
  /** Units that fall due between two times. */
  between(fromMs: number, toMs: number): number;
}

export function constantRate(perSecond: number): Rate {
  const perMs = perSecond / 1000;
  return {
    after: (fromMs, units) => (units === 0 ? fromMs : perMs === 0 ? Infinity : fromMs + units / perMs),
    between: (fromMs, toMs) => (toMs - fromMs) * perMs,
  };
}

/** Linear from one rate to another over `lengthMs`, then held. */
export function rampRate(beginMs: number, from: number, to: number, lengthMs: number): Rate {
  const startPerMs = from / 1000;
  const slope = (to - from) / 1000 / lengthMs;
  const held = constantRate(to);
  const endMs = beginMs + lengthMs;
  const rampUnits = startPerMs * lengthMs + (slope * lengthMs ** 2) / 2;

  /** Units fallen due since the ramp began. */
  const total = (ms: number) => {
    const t = Math.min(ms, endMs) - beginMs;
    return startPerMs * t + (slope * t * t) / 2 + held.between(endMs, Math.max(ms, endMs));
  };

  return {
    after(fromMs, units) {
      if (units === 0) return fromMs;
      const wanted = total(fromMs) + units;
      if (wanted > rampUnits) return held.after(endMs, wanted - rampUnits);
      // startPerMs t + slope t^2 / 2 = wanted, in the form that survives slope = 0.
      const root = Math.sqrt(Math.max(0, startPerMs ** 2 + 2 * slope * wanted));
      return Math.max(fromMs, beginMs + (2 * wanted) / (startPerMs + root));
    },
    between: (fromMs, toMs) => total(toMs) - total(fromMs),
  };
}
