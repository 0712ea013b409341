/** HAProxy begins at one hundredth: a target with no share at all would never warm up. */
const least = 0.01;

/** Share of its weight that a target has earned, linear over the slow start. */
export function rampAt(now: number, since: number | null, slowStartMs: number): number {
  if (since === null || slowStartMs === 0) return 1;
  return Math.min(1, Math.max(least, (now - since) / slowStartMs));
}
