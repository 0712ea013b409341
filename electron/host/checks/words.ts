/** How figures read in a verdict. */
export function percent(part: number, whole = 1): string {
  return whole === 0 ? '0 %' : `${Number(((100 * part) / whole).toFixed(1))} %`;
}

/** Small times in milliseconds, others in seconds. */
export function duration(ms: number): string {
  return Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}

/** 1e-4 reads as "1 in 10,000". */
export function oneIn(rate: number): string {
  return `1 in ${Math.round(1 / rate).toLocaleString('en-GB')}`;
}

/** A scaled time as it was measured, and as the lab states it. */
export function bothTimes(ms: number, scale: number): string {
  return scale === 1
    ? duration(ms)
    : `${duration(ms)} (${Number(((ms * scale) / 1000).toFixed(1))} s stated)`;
}
