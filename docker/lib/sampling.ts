/**
 * Which requests are recorded is decided by their id alone, so that every hop picks the same ones without talking to
 * the others. FNV-1a, 32 bit: cheap, and well spread over short similar strings.
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

export function sampled(id: string, oneIn: number): boolean {
  return oneIn <= 1 || fnv1a(id) % oneIn === 0;
}
