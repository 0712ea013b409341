import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, glob, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BuildFailure } from 'esbuild';
import { BlindspotError } from '../../contract/errors.ts';
import { installed, quicFile } from './quic-addon.ts';
import { englishOnly, requireBuiltins } from './bundle-plugins.ts';

/**
 * docker/ROLE/main.ts -> out/programs/ROLE.mjs, one self-contained file a program: the same files run as child processes
 * and inside the image, so both engines prove the same code.
 */
export interface Bundles {
  /** Holds ROLE.mjs of every program. */
  readonly dir: string;
  /** Of the sources they were made from; equal sources give an equal hash. */
  readonly hash: string;
}

/** Changes when the way of bundling does, so that old files are not taken for new ones. */
const recipe = 'esm node24 3';

/** Packages like hdr-histogram-js are CommonJS and call `require` for Node's own modules; an ES module has none. */
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

const underway = new Map<string, Promise<Bundles>>();

/** Builds what is stale and nothing else. An installed app has no sources: it uses the files it was shipped with. */
export function ensureBundles(root: string): Promise<Bundles> {
  const running = underway.get(root);
  if (running !== undefined) return running;
  const promise = bundlesOf(root).finally(() => underway.delete(root));
  underway.set(root, promise);
  return promise;
}

async function bundlesOf(root: string): Promise<Bundles> {
  const dir = join(root, 'out', 'programs');
  const built = await readFile(join(dir, 'hash'), 'utf8').catch(() => null);
  const sources = await sourcesOf(root);
  if (sources.length === 0) {
    if (built !== null) return { dir, hash: built };
    throw new BlindspotError({
      code: 'internal',
      message: `There are neither programs in ${dir} nor sources to build them from.`,
      next: 'Install the app again.',
    });
  }
  const hash = await hashOf(root, sources);
  if (built === hash) return { dir, hash };
  const entries = sources.filter((file) => /^docker[\\/][^\\/]+[\\/]main\.ts$/.test(file));
  await build(root, dir, entries, hash);
  return { dir, hash };
}

async function sourcesOf(root: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('docker/**/*.ts', { cwd: root })) files.push(file);
  return files.sort();
}

/** The lock file stands for every package that is bundled along, and for esbuild itself. */
async function hashOf(root: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(recipe);
  for (const file of [...sources, 'package-lock.json']) {
    const text = await readFile(join(root, file));
    hash.update(`\n${file.replaceAll('\\', '/')} ${text.length}\n`).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Into a fresh folder first, then each file by rename: whoever starts a program meanwhile finds an old or a new one. */
async function build(root: string, dir: string, entries: readonly string[], hash: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const fresh = await mkdtemp(`${dir}-`);
  try {
    await bundle(root, fresh, entries);
    if (existsSync(installed(root))) await copyFile(installed(root), join(fresh, quicFile));
    const made = await readdir(fresh);
    for (const file of made) await rename(join(fresh, file), join(dir, file));
    for (const file of await readdir(dir)) if (!made.includes(file)) await rm(join(dir, file));
    await writeFile(join(dir, 'hash'), hash);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function bundle(root: string, outdir: string, entries: readonly string[]): Promise<void> {
  const esbuild = await import('esbuild');
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: entries.map((file) => ({ in: file, out: basename(dirname(file)) })),
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      minifySyntax: true,
      minifyWhitespace: true,
      // Names stay: a stack trace in a node's log is part of the lab.
      minifyIdentifiers: false,
      legalComments: 'none',
      banner: { js: banner },
      plugins: [requireBuiltins, englishOnly],
      logLevel: 'silent',
    });
  } catch (failure) {
    throw new BlindspotError(
      {
        code: 'internal',
        message: `The data-plane programs do not build: ${firstError(failure)}`,
        next: 'Correct the file named here, or restore docker/ from the repository.',
      },
      failure,
    );
  }
}

function firstError(failure: unknown): string {
  const first = (failure as Partial<BuildFailure>).errors?.[0];
  if (first === undefined) return failure instanceof Error ? failure.message : String(failure);
  const { location } = first;
  return location ? `${location.file}:${location.line}:${location.column}: ${first.text}` : first.text;
}
