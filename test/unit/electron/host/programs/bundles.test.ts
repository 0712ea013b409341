import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBundles } from '../../../../../electron/host/programs/bundles.ts';

const run = promisify(execFile);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundles-'));
  await mkdir(join(root, 'docker', 'echo'), { recursive: true });
  await mkdir(join(root, 'docker', 'lib'), { recursive: true });
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(root, 'docker', 'lib', 'word.ts'), `export const word: string = 'one';`);
  await writeFile(
    join(root, 'docker', 'echo', 'main.ts'),
    `import { word } from '../lib/word.ts';
     const os = require('node:os') as { EOL: string };
     process.stdout.write(word + os.EOL.length);`,
  );
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('ensureBundles', () => {
  it('makes one file a program that runs alone, `require` included', async () => {
    const { dir } = await ensureBundles(root);
    expect((await readdir(dir)).sort()).toEqual(['echo.mjs', 'hash']);
    const { stdout } = await run(process.execPath, [join(dir, 'echo.mjs')]);
    expect(stdout).toBe('one1');
  });

  it('builds again only when an input has changed', async () => {
    const first = await ensureBundles(root);
    const before = (await stat(join(first.dir, 'echo.mjs'))).ino;
    expect(await ensureBundles(root)).toEqual(first);
    expect((await stat(join(first.dir, 'echo.mjs'))).ino).toBe(before);
    await writeFile(join(root, 'docker', 'lib', 'word.ts'), `export const word = 'two';`);
    const second = await ensureBundles(root);
    expect(second.hash).not.toBe(first.hash);
    expect(await readFile(join(second.dir, 'echo.mjs'), 'utf8')).toContain('two');
  });

  it('does not load undici for the sake of node:http', async () => {
    await writeFile(
      join(root, 'docker', 'echo', 'main.ts'),
      `import { createServer } from 'node:http';
       createServer();
       const loaded = process.moduleLoadList.some((name: string) => name.includes('deps/undici/undici'));
       process.stdout.write(String(loaded));`,
    );
    const { dir } = await ensureBundles(root);
    expect((await run(process.execPath, [join(dir, 'echo.mjs')])).stdout).toBe('false');
  });

  it('builds once for callers at the same time', async () => {
    const [a, b] = await Promise.all([ensureBundles(root), ensureBundles(root)]);
    expect(a).toBe(b);
  });

  it('forgets a program that is gone', async () => {
    const { dir } = await ensureBundles(root);
    await mkdir(join(root, 'docker', 'other'));
    await writeFile(join(root, 'docker', 'other', 'main.ts'), `process.stdout.write('other');`);
    await rm(join(root, 'docker', 'echo'), { recursive: true });
    await ensureBundles(root);
    expect((await readdir(dir)).sort()).toEqual(['hash', 'other.mjs']);
  });

  it('uses shipped files where there are no sources', async () => {
    const built = await ensureBundles(root);
    await rm(join(root, 'docker'), { recursive: true });
    expect(await ensureBundles(root)).toEqual(built);
  });

  it('says where there is nothing to run', async () => {
    await rm(join(root, 'docker'), { recursive: true });
    await expect(ensureBundles(root)).rejects.toMatchObject({
      code: 'internal',
      next: 'Install the app again.',
    });
  });

  it('names file, line and column of a source that does not build', async () => {
    await writeFile(join(root, 'docker', 'lib', 'word.ts'), 'export const word = ;');
    await expect(ensureBundles(root)).rejects.toThrow(/docker\/lib\/word\.ts:1:20/);
    expect(await readdir(join(root, 'out'))).toEqual(['programs']);
  });
});
