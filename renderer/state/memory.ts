import type { Json } from '../../electron/contract/session.ts';

const prefix = 'blindspot.';

/** What the window remembers of itself between starts. A browser that forbids storage just forgets. */
export function recall(key: string): Json | undefined {
  try {
    const text = localStorage.getItem(prefix + key);
    return text === null ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: Json): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}
