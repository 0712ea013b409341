import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildPart } from '../../../../electron/build/parts.ts';
import type { Part } from '../../../../electron/build/parts.ts';

let root: string;
let made: number;
let said: string[];

const part: Part = {
  name: 'the thing',
  inputs: ['sources', 'one.json'],
  outputs: ['out/thing'],
  make: async (folder) => {
    made += 1;
    await rm(join(folder, 'out', 'thing'), { recursive: true, force: true });
    await mkdir(join(folder, 'out', 'thing'), { recursive: true });
  },
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bs-parts-'));
  made = 0;
  said = [];
  await mkdir(join(root, 'sources', 'deep'), { recursive: true });
  await writeFile(join(root, 'sources', 'deep', 'a.ts'), 'a');
  await writeFile(join(root, 'one.json'), '1');
});
afterEach(() => rm(root, { recursive: true }));

const build = (): Promise<boolean> => buildPart(root, part, (line) => said.push(line));

it('builds once, and not again while the sources stay the same', async () => {
  expect(await build()).toBe(true);
  expect(await build()).toBe(false);
  expect(made).toBe(1);
  expect(said[0]).toBe('Building the thing...');
});

it.each([
  ['a changed file', () => writeFile(join(root, 'sources', 'deep', 'a.ts'), 'b')],
  ['a new file', () => writeFile(join(root, 'sources', 'b.ts'), '')],
  ['a file that is gone', () => rm(join(root, 'sources', 'deep', 'a.ts'))],
  ['a changed single input', () => writeFile(join(root, 'one.json'), '2')],
  ['an output that is gone', () => rm(join(root, 'out'), { recursive: true })],
])('builds again after %s', async (_what, change) => {
  await build();
  await change();
  expect(await build()).toBe(true);
  expect(made).toBe(2);
});

it('builds again after a build that was cut off', async () => {
  const broken = { ...part, make: () => Promise.reject(new Error('cut off')) };
  await expect(buildPart(root, broken, () => undefined)).rejects.toThrow('cut off');
  expect(await build()).toBe(true);
});
