/** How figures are written, the same everywhere. "–" is what was not measured. */
export const nothing = '–';

export function rate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return nothing;
  if (perSecond >= 10_000) return `${(perSecond / 1000).toFixed(1)}k`;
  if (perSecond >= 100 || Number.isInteger(perSecond)) return perSecond.toFixed(0);
  return perSecond.toFixed(1);
}

export function milliseconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return nothing;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  return seconds(ms);
}

/** Of nanoseconds: two digits, as for times that are too short for more. */
export function microseconds(nanos: number): string {
  return `${Number((nanos / 1000).toPrecision(2))} µs`;
}

export function seconds(ms: number): string {
  const whole = ms / 1000;
  if (whole >= 120) return `${Math.floor(whole / 60)} min ${Math.round(whole % 60)} s`;
  return `${whole >= 10 ? whole.toFixed(0) : whole.toFixed(1)} s`;
}

export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return nothing;
  if (count < 1024) return `${count.toFixed(0)} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(1)} KiB`;
  if (count < 1024 ** 3) return `${(count / 1024 ** 2).toFixed(count < 10 * 1024 ** 2 ? 1 : 0)} MiB`;
  return `${(count / 1024 ** 3).toFixed(1)} GiB`;
}

export function percent(share: number): string {
  if (share === 0) return '0 %';
  if (share < 0.1) return `${(share * 100).toFixed(1)} %`;
  return `${(share * 100).toFixed(0)} %`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function time(at: number): string {
  return clock.format(at);
}

/** With tenths, for tables where order within a second matters. */
export function fineTime(at: number): string {
  return `${clock.format(at)}.${String(Math.floor((at % 1000) / 100))}`;
}
