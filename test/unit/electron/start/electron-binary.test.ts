import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { electronBinary } from '../../../../electron/start/electron-binary.ts';
import { lastWords } from '../../../../electron/start/electron-download.ts';
import type { ElectronPackage } from '../../../../electron/start/electron-download.ts';
import type { Outcome } from '../../../../electron/start/choose-face.ts';

describe("Electron's binary", () => {
  let root: string;
  let folder: string;
  let said: string[];
  let binary: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bs-electron-package-'));
    folder = join(root, 'node_modules', 'electron');
    binary = join(folder, 'dist', 'electron');
    said = [];
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{\n  "version": "45.4.1"\n}');
  });
  afterEach(() => rm(root, { recursive: true }));

  const find = (options: Partial<ElectronPackage> = {}): Promise<Outcome> =>
    electronBinary({
      root,
      platform: 'linux',
      env: { PATH: process.env.PATH },
      say: (line) => said.push(line),
      pollMs: 5,
      ...options,
    });
  const installer = (script: string): Promise<void> => writeFile(join(folder, 'install.js'), script);
  const installed = async (version: string): Promise<void> => {
    await mkdir(join(folder, 'dist'), { recursive: true });
    await writeFile(join(folder, 'dist', 'version'), version);
    await writeFile(join(folder, 'path.txt'), 'electron');
    await writeFile(binary, '');
    await chmod(binary, 0o755);
  };

  it('is there already: nothing is run', async () => {
    await installed('v45.4.1');
    await installer('process.exit(9)');
    expect(await find()).toEqual({ binary });
    expect(said).toEqual([]);
  });

  it('is fetched when another version is there', async () => {
    await installed('44.0.0');
    await installer("require('node:fs').writeFileSync(__dirname + '/dist/version', '45.4.1')");
    expect(await find()).toEqual({ binary });
    expect(said[0]).toContain('Fetching Electron');
  });

  it('is not taken half unpacked', async () => {
    await installed('45.4.1');
    await rm(join(folder, 'path.txt'));
    await installer('process.exit(0)');
    expect(await find()).toEqual({ why: 'Electron was fetched, but it is not whole.' });
  });

  it('is fetched by the installer of its package, and what came is told', async () => {
    await installer(`
      const fs = require('node:fs'); const os = require('node:os'); const path = require('node:path');
      fs.writeFileSync(path.join(os.tmpdir(), 'electron.zip'), Buffer.alloc(11 * 1024 * 1024));
      const done = () => {
        fs.mkdirSync(path.join(__dirname, 'dist'), { recursive: true });
        for (const file of ['dist/electron', 'path.txt']) fs.writeFileSync(path.join(__dirname, file), 'x');
        fs.writeFileSync(path.join(__dirname, 'dist', 'version'), '45.4.1');
      };
      const timer = setInterval(() => {
        if (!fs.existsSync(path.join(__dirname, 'told'))) return;
        clearInterval(timer);
        done();
      }, 10);
    `);
    const say = (line: string): void => {
      if (/^ {2}1[01] MB after \d+ s$/.test(line)) writeFileSync(join(folder, 'told'), '');
    };
    expect(await find({ say })).toEqual({ binary });
  });

  it('says what the installer complained of', async () => {
    await installer(`
      console.error('TypeError: fetch failed\\n    at x (y.js:1:1) {\\n  [cause]: Error: getaddrinfo ENOTFOUND github.com {');
      process.exit(1);
    `);
    expect(await find()).toEqual({
      why: 'Electron could not be fetched: Error: getaddrinfo ENOTFOUND github.com.',
    });
  });

  it('gives up when nothing comes, ends the installer, and leaves nothing behind', async () => {
    const before = await temporaries();
    await installer('setInterval(() => undefined, 1000)');
    const outcome = await find({ stallMs: 200 });
    expect(outcome).toEqual({ why: 'Electron could not be fetched: nothing has come for 0 s.' });
    expect(await temporaries()).toEqual(before);
  });

  it('gives up when it takes too long, however busy it looks', async () => {
    await installer(`
      const fs = require('node:fs'); const os = require('node:os');
      setInterval(() => fs.appendFileSync(os.tmpdir() + '/part', 'x'), 1);
    `);
    expect(await find({ limitMs: 500, stallMs: 60_000 })).toMatchObject({
      why: expect.stringContaining('not done after') as string,
    });
  });

  it('is where ELECTRON_OVERRIDE_DIST_PATH says, or nowhere', async () => {
    await installed('v45.4.1');
    const env = { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'dist') };
    expect(await find({ env })).toEqual({ binary });
    expect(await find({ env: { ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' } })).toEqual({
      why: 'ELECTRON_OVERRIDE_DIST_PATH is set, but there is no /nowhere/electron.',
    });
  });

  it.each([
    ['', null],
    ['\n  something odd\n', 'something odd'],
    ['[1:2] (libraries): error while loading shared libraries: libgtk-3.so.0: cannot open', /libgtk-3/],
  ])('finds the words that matter in %j', (stderr, words) => {
    if (words instanceof RegExp) expect(lastWords(stderr)).toMatch(words);
    else expect(lastWords(stderr)).toBe(words);
  });
});

async function temporaries(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => /^bs-electron-[A-Za-z0-9]{6}$/.test(name));
}
