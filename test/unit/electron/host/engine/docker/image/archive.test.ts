import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from '../../../../../../../electron/host/engine/docker/image/archive.ts';

let folder: string;
let file: string;
const label = { tags: ['blindspot:0123456789ab', 'blindspot-peers:ba9876543210'], architecture: 'arm64' };
// Not compressible, so that a cut in the file is a cut in the content.
const saved = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
  file = join(folder, 'image.tar.zst');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an image archive', () => {
  it('gives back its label and every byte', async () => {
    const bytes = await writeArchive(file, label, Readable.from([saved]));
    expect(bytes).toBe((await readFile(file)).length);
    const read = await readArchive(file);
    expect(read.label).toEqual(label);
    expect((await buffer(read.saved)).equals(saved)).toBe(true);
    expect(await readdir(folder)).toEqual(['image.tar.zst']);
  });

  it('is one plain tar inside, with the label as its first entry', async () => {
    const pack = tar.pack();
    pack.entry({ name: 'manifest.json' }, '[]');
    pack.finalize();
    await writeArchive(file, label, Readable.from(pack));
    const names: string[] = [];
    const extract = tar.extract();
    extract.on('entry', (header, stream, next) => {
      names.push(header.name);
      stream.resume();
      stream.on('end', next);
    });
    const plain = zstdDecompressSync(await readFile(file));
    await new Promise<void>((resolve) => {
      extract.on('finish', resolve);
      extract.end(plain);
    });
    expect(names).toEqual(['blindspot-image.json', 'manifest.json']);
  });

  it.each([
    ['text', Buffer.from('hello, this is only some text')],
    ['an empty file', Buffer.alloc(0)],
    ['some compressed bytes', zstdCompressSync(Buffer.alloc(5000, 'x'))],
    ['an archive of something else', gzipSync(Buffer.alloc(5000))],
    ['an archive too short for a label', zstdCompressSync(Buffer.from('short'))],
  ])('refuses %s', async (_, content) => {
    await writeFile(file, content);
    await expect(readArchive(file)).rejects.toMatchObject({
      code: 'image-failed',
      where: file,
      next: expect.stringContaining('save FILE') as unknown,
    });
  });

  it('refuses a file that is not there', async () => {
    await expect(readArchive(join(folder, 'none'))).rejects.toThrow('there is no such file');
  });

  it('fails while it is read where it was cut short', async () => {
    await writeArchive(file, label, Readable.from([saved]));
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 1000));
    const read = await readArchive(file);
    await expect(buffer(read.saved)).rejects.toThrow('damaged or cut short');
  });

  it('leaves no half file behind when saving fails', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('engine gone')) });
    await expect(writeArchive(file, label, broken)).rejects.toThrow('engine gone');
    expect(await readdir(folder)).toEqual([]);
  });
});
