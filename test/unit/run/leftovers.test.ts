import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judgeLeftovers, processesOf } from '../../run/leftovers.ts';
import { lastLine } from '../../run/tally.ts';
import { waitUntil } from '../../support/wait.ts';

it.skipIf(process.platform !== 'linux')('finds a forgotten process, names it, and ends it', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'bs-left-'));
  const forgotten = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], {
    env: { ...process.env, TMPDIR: temporary },
  });
  const ended = once(forgotten, 'close');
  await waitUntil(async () => (await processesOf(temporary, process.pid)).length === 1);
  const tally = await judgeLeftovers({ docker: null }, temporary);
  expect(lastLine(tally)).toBe('0 passed, 1 failed, 0 skipped');
  expect(tally.failures[0]).toContain(`${forgotten.pid ?? 0} `);
  await ended;
  expect(lastLine(await judgeLeftovers({ docker: null }, temporary))).toBe('1 passed, 0 failed, 0 skipped');
  await rm(temporary, { recursive: true });
});
