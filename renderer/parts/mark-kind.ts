/** The meanings that have a shape; see Mark.svelte. */
export type MarkKind =
  'good' | 'bad' | 'amber' | 'unknown' | 'l4' | 'l7' | 'draining' | 'waiting' | 'stopped' | 'unused';
