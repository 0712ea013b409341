import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * QUIC's library is native code. npm installs it where it was built for the machine, which is Linux on x64 alone; the
 * bundles carry it, and the image where its architecture is that one.
 */
export const quicArchitecture = 'amd64';
/** Beside the programs. */
export const quicFile = 'quiche.node';

/** Where it is: installed by npm, or shipped with an installed app's programs. Null: QUIC cannot run from here. */
export function quicAddon(root: string): string | null {
  const places = [installed(root), join(root, 'out', 'programs', quicFile)];
  return places.find((place) => existsSync(place)) ?? null;
}

export function installed(root: string): string {
  return join(root, 'node_modules', '@matrixai', 'quic-linux-x64', 'node.napi.node');
}
