import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPart, shellPart, windowPart } from '../../../electron/build/parts.ts';
import { smokeWord } from '../../../electron/contract/start.ts';
import { run } from '../../run/command.ts';
import type { Outcome } from '../../run/command.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('the built desktop app', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bs-desktop-'));
    for (const part of [windowPart, shellPart]) await buildPart(root, part, () => undefined);
  });
  afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

  const start = (...args: readonly string[]): Promise<Outcome> =>
    run({
      file: process.execPath,
      args: [join(root, 'test', 'support', 'built-app.ts'), root, ...args],
      cwd: home,
      // No Docker engine: this is about what the bundler made, and the embedded engine is part of that.
      env: { ...process.env, BLINDSPOT_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` },
      show: false,
      limitMs: 90_000,
    });

  it('loads as CommonJS and comes up for a smoke start', async () => {
    const { code, stdout, stderr } = await start('--smoke');
    expect(stderr).toBe('');
    expect(stdout).toBe(`${smokeWord}\n`);
    expect(code).toBe(0);
  });

  it('answers its page from the real host, and ends when the system says so', async () => {
    const { code, stdout, stderr } = await start();
    expect(stderr).toBe('');
    expect(stdout).toContain('catalogue: green-but-500');
    expect(code).toBe(0);
  });

  it('has a preload that a sandbox can load: one file, and nothing required but Electron', async () => {
    const text = await readFile(join(root, 'out', 'preload', 'preload.cjs'), 'utf8');
    const required = [...text.matchAll(/\brequire\(([^)]*)\)/g)].map((match) => match[1]);
    expect(required).toEqual(['"electron"']);
    expect(text).not.toMatch(/\bimport\s*[({'"]|^export /m);
  });
});
