import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../../../electron/node-version.js');

/** Runs the check as if on that version of Node. */
function check(version: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const fake = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); await import('${script}');`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', fake], (error, _stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr });
    });
  });
}

it.each(['22.18.0', '22.20.1', '24.0.0', '26.1.0'])('lets Node %s pass', async (version) => {
  expect(await check(version)).toEqual({ code: 0, stderr: '' });
});

it.each(['18.20.0', '20.19.2', '22.17.9'])('stops Node %s with a next step', async (version) => {
  const { code, stderr } = await check(version);
  expect(code).toBe(2);
  expect(stderr).toContain('needs Node 22.18 or newer');
  expect(stderr).toContain('nodejs.org');
});
