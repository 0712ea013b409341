import type { Notice } from '../contract/app.ts';
import { hasDisplay } from '../server/open-browser.ts';
import type { Machine } from '../server/open-browser.ts';

/** Electron's binary when the desktop app can be had here; otherwise why not, for the terminal and for the window. */
export type Face =
  | { readonly kind: 'electron'; readonly binary: string }
  | { readonly kind: 'browser'; readonly notice: Notice };

/** What is tried in turn; each says in a sentence why it did not work. */
export interface Attempts {
  readonly machine: Machine;
  readonly binary: () => Promise<Outcome>;
  /** Builds main and preload, which nothing else needs. */
  readonly shell: () => Promise<unknown>;
  readonly smoke: (binary: string) => Promise<string | null>;
}

export type Outcome = { readonly binary: string } | { readonly why: string };

export async function chooseFace({ machine, binary, shell, smoke }: Attempts): Promise<Face> {
  const hindrance = hindranceOf(machine);
  if (hindrance !== null) return browser(hindrance);
  const found = await binary();
  if ('why' in found)
    return browser(found.why, 'Start again when it can be reached; the browser shows the same window.');
  await shell();
  const failure = await smoke(found.binary);
  if (failure !== null) return browser(failure);
  return { kind: 'electron', binary: found.binary };
}

/** What rules the desktop app out before anything is tried. */
function hindranceOf(machine: Machine): string | null {
  if (!hasDisplay(machine)) return 'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).';
  // Chromium's sandbox does not start for root, and without it a page is not what we promise.
  if (machine.uid === 0) return 'Electron does not run as root.';
  return null;
}

function browser(why: string, next?: string): { readonly kind: 'browser'; readonly notice: Notice } {
  const text = `${why} The window is in a browser instead of the desktop app.`;
  return {
    kind: 'browser',
    notice: { id: 'face', level: 'info', text, ...(next === undefined ? {} : { next }) },
  };
}
