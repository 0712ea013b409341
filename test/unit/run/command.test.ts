import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { run } from '../../run/command.ts';
import type { Outcome } from '../../run/command.ts';
import { waitUntil } from '../../support/wait.ts';

function node(code: string, limitMs = 20_000): Promise<Outcome> {
  const args = ['--eval', code];
  return run({ file: process.execPath, args, cwd: tmpdir(), env: process.env, show: false, limitMs });
}

it('gives what a program said and its exit code', async () => {
  expect(await node("console.log('out'); console.error('err'); process.exitCode = 3")).toEqual({
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

it('gives 127 for a program that does not exist', async () => {
  const file = '/nowhere/at/all';
  const { code, stderr } = await run({ file, args: [], cwd: '/', env: {}, show: false, limitMs: 1000 });
  expect(code).toBe(127);
  expect(stderr).toContain('ENOENT');
});

it('ends what takes too long, grandchildren too', async () => {
  const { code, stdout } = await node(
    `const { spawn } = require('node:child_process');
     console.log(spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' }).pid);
     setInterval(() => undefined, 1000);`,
    4000,
  );
  expect(code).toBe(124);
  const grandchild = Number(stdout.trim());
  expect(grandchild).toBeGreaterThan(0);
  await waitUntil(() => !isAlive(grandchild));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
