import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBundles } from '../../../programs/bundles.ts';
import { quicArchitecture, quicFile } from '../../../programs/quic-addon.ts';
import type { ImageName } from '../../engine.ts';
import { nodePackage } from './node-package.ts';
import type { Architecture } from './node-package.ts';

/** Everything an image is made of. Its tag is the hash of this list, so equal inputs never build twice. */
export interface ImageInputs {
  readonly name: ImageName;
  readonly architecture: Architecture;
  readonly tag: string;
  /** Debian packages, for a base that has them built in. */
  readonly packages: readonly string[];
  readonly files: readonly InputFile[];
}

export interface InputFile {
  /** In the build context. */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

export const repositories: Readonly<Record<ImageName, string>> = {
  lab: 'blindspot',
  peers: 'blindspot-peers',
};
/** Started by a person or by the engine; everything else is read. Git keeps no mode on Windows, so the list is here. */
const executable = new Set(['image/start', 'image/ctl', 'peers/start']);

interface Recipe {
  readonly dockerfile: string;
  readonly files: readonly string[];
  readonly program: (file: string, architecture: Architecture) => boolean;
}

/** Every program but the one that stands beside a real system; and that one, with what every shell has. */
const recipes: Readonly<Record<ImageName, Recipe>> = {
  lab: {
    dockerfile: 'Dockerfile',
    files: ['xdp/balancer.c'],
    program: (file, architecture) =>
      (file.endsWith('.mjs') && file !== 'peers.mjs') ||
      (file === quicFile && architecture === quicArchitecture),
  },
  peers: {
    dockerfile: 'peers/Dockerfile',
    files: ['peers/packages', 'peers/start'],
    program: (file) => file === 'peers.mjs' || file === 'ctl.mjs',
  },
};

export async function imageInputs(
  root: string,
  architecture: Architecture,
  name: ImageName,
): Promise<ImageInputs> {
  const [bundles, node] = await Promise.all([ensureBundles(root), nodePackage(root, architecture)]);
  const { dockerfile, files: others, program } = recipes[name];
  const files = [
    await inputFile(join(root, 'docker', dockerfile), 'Dockerfile'),
    ...(await inputFolder(join(root, 'docker', 'image'), 'image', () => true)),
    ...(await Promise.all(others.map((file) => inputFile(join(root, 'docker', file), file)))),
    ...(await inputFolder(bundles.dir, 'programs', (file) => program(file, architecture))),
  ];
  const hash = createHash('sha256').update(`${architecture} ${node.integrity}`);
  for (const { path, mode, content } of files) {
    hash.update(`\n${path} ${mode} ${content.length}\n`).update(content);
  }
  const packages = files.find(({ path }) => path === 'image/packages')?.content.toString() ?? '';
  return {
    name,
    architecture,
    tag: `${repositories[name]}:${hash.digest('hex').slice(0, 12)}`,
    packages: packages.split('\n').filter((line) => line !== ''),
    files,
  };
}

async function inputFolder(
  folder: string,
  prefix: string,
  wanted: (name: string) => boolean,
): Promise<InputFile[]> {
  const names = (await readdir(folder)).filter(wanted).sort();
  return Promise.all(names.map((name) => inputFile(join(folder, name), `${prefix}/${name}`)));
}

async function inputFile(file: string, path: string): Promise<InputFile> {
  return { path, mode: executable.has(path) ? 0o755 : 0o644, content: await readFile(file) };
}
