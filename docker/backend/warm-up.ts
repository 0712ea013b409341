/** How cold a process still is: 1 at its start, 0 once warm. */
export function coldness(ageMs: number, warmUpMs: number, curve: 'linear' | 'exponential'): number {
  if (ageMs >= warmUpMs) return 0;
  const progress = Math.max(0, ageMs) / warmUpMs;
  // Caches fill fast at first: five time constants within the warm-up.
  return curve === 'linear' ? 1 - progress : Math.exp(-5 * progress);
}
