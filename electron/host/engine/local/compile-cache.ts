import { execFile } from 'node:child_process';
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundles } from '../../programs/bundles.ts';

/**
 * Node keeps compiled code in NODE_COMPILE_CACHE, but writes it only when a process ends by itself, which a lab's nodes
 * seldom do. So each program is run once without a config: it loads, says that it has none, ends, and leaves the cache
 * that all later starts read. A failure costs some milliseconds at each start and nothing else.
 */
export async function warmCompileCache(dir: string, nodePath: string, bundles: Bundles): Promise<void> {
  const done = join(dir, `warm-${bundles.hash}`);
  if (await exists(done)) return;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const programs = (await readdir(bundles.dir)).filter((file) => file.endsWith('.mjs'));
  await Promise.all(programs.map((file) => runOnce(nodePath, join(bundles.dir, file), dir)));
  await writeFile(done, '');
}

function runOnce(nodePath: string, program: string, cache: string): Promise<void> {
  const env = { NODE_COMPILE_CACHE: cache, ELECTRON_RUN_AS_NODE: '1' };
  return new Promise((resolve) => {
    execFile(nodePath, [program], { env, timeout: 5000, windowsHide: true }, () => resolve());
  });
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
