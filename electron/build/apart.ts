import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BlindspotError } from '../contract/errors.ts';

export const partNames = ['window', 'server', 'shell', 'programs'] as const;
export type PartName = (typeof partNames)[number];

/**
 * Builds what is stale of these parts in a process of its own. A bundler leaves hundreds of megabytes behind it, and
 * whoever asked goes on living for as long as the lab does.
 */
export async function buildApart(root: string, ...names: readonly PartName[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'electron', 'build.ts'), '--quiet', ...names], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  throw new BlindspotError({
    code: 'internal',
    message: `The build of ${names.join(', ')} ended with ${signal ?? code ?? 'nothing'}.`,
    next: 'The lines above say where. "npm run build" runs it alone.',
  });
}
