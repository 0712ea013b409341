import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/backend.ts';

/** docker/README.md's examples, run in one shell in their order: what a reader types must do what the text says. */
const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docker/README.md'), 'utf8');
const blocks = [...text.matchAll(/^```sh runs\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
const mark = '--- block ---';

let dir = '';
let outputs: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bs-readme-'));
  const script = blocks.map((block) => `echo '${mark}'\n${block}`).join('\n');
  const shell = spawn('bash', ['-c', script], {
    cwd: root,
    detached: true,
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
      DIR: dir,
      PORT: String(await freePort()),
    },
  });
  let all = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => (all += chunk.toString()));
  }
  // The process group, because npm does not hand SIGTERM on to the program it runs.
  const { pid } = shell;
  if (pid === undefined) throw new Error('bash did not start');
  const endAll = () => process.kill(-pid, 'SIGTERM');
  const late = setTimeout(endAll, 50_000);
  const closed = once(shell, 'close');
  await once(shell, 'exit');
  clearTimeout(late);
  endAll();
  await closed;
  outputs = all.split(`${mark}\n`).slice(1);
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));

describe('docker/README.md', () => {
  it('has examples', () => expect(blocks.length).toBeGreaterThan(4));

  it.each(blocks.map((block, index) => ({ block, index, title: block.split('\n')[0] })))(
    'example $index does what it says: $title',
    ({ block, index }) => {
      let rest = outputs[index] ?? '';
      for (const [, expected = ''] of block.matchAll(/^#=> (.*)$/gm)) {
        expect(rest).toContain(expected);
        rest = rest.slice(rest.indexOf(expected) + expected.length);
      }
    },
  );
});
