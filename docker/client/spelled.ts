import type { ClientSettings } from '../protocol/client.ts';

/** Something made from the settings, made again only when they have changed. */
export function spelledOnce<T>(
  settings: () => ClientSettings,
  make: (settings: ClientSettings) => T,
): () => T {
  let madeFor = settings();
  let made = make(madeFor);
  return () => {
    const now = settings();
    if (now !== madeFor) {
      madeFor = now;
      made = make(now);
    }
    return made;
  };
}
