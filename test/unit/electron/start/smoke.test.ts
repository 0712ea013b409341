import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smokeWord } from '../../../../electron/contract/start.ts';
import { smokeStart } from '../../../../electron/start/smoke.ts';

describe.skipIf(process.platform === 'win32')('smoke start', () => {
  let root: string;
  let binary: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bs-smoke-'));
    binary = join(root, 'electron');
  });
  afterEach(() => rm(root, { recursive: true }));

  const electron = async (script: string): Promise<void> => {
    await writeFile(binary, `#!/bin/sh\n${script}\n`);
    await chmod(binary, 0o755);
  };

  it('is good when the window says that it came up', async () => {
    await electron(`echo "$@" > ${root}/given; echo "${smokeWord}"`);
    expect(await smokeStart(binary, root)).toBeNull();
    expect(await readFile(join(root, 'given'), 'utf8')).toBe(`${root} --smoke\n`);
  });

  it('says what was missing', async () => {
    await electron('echo "electron: error while loading shared libraries: libgtk-3.so.0" >&2; exit 127');
    expect(await smokeStart(binary, root)).toBe(
      'Electron does not start here: electron: error while loading shared libraries: libgtk-3.so.0.',
    );
  });

  it('does not take a silent end for a window', async () => {
    await electron('exit 0');
    expect(await smokeStart(binary, root)).toBe('Electron does not start here: it ended with 0.');
  });

  it('gives a first start that was late one more chance', async () => {
    await electron(
      `test -e ${root}/warm && echo "${smokeWord}" && exit 0; touch ${root}/warm; exec sleep 60`,
    );
    expect(await smokeStart(binary, root, 2000)).toBeNull();
  });

  it('gives up after the second', async () => {
    await electron('exec sleep 60');
    expect(await smokeStart(binary, root, 100)).toBe("Electron's window did not come up within 0.1 s.");
  });

  it('says so when there is no such program', async () => {
    expect(await smokeStart(join(root, 'nothing'), root)).toContain('ENOENT');
  });
});
