/** What the backend serves, and since when that is true: a cache may go on serving what was. */
export interface Content {
  readonly version: string;
  readonly asOf: number;
  readonly cached: boolean;
}

export interface ContentSource {
  present(): Content;
  /** Serves this instead of the truth until undone. */
  override(old: { readonly version: string; readonly asOf: number }): () => void;
}

export function createContentSource(version: () => string, now: () => number): ContentSource {
  let stale: { readonly version: string; readonly asOf: number } | null = null;
  return {
    present: () =>
      stale === null ? { version: version(), asOf: now(), cached: false } : { ...stale, cached: true },
    override(old) {
      stale = old;
      return () => void (stale = null);
    },
  };
}
