import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminPaths, socketPath } from '../../../../../../electron/host/engine/local/admin-path.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bs-run-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it('puts sockets where only this user can reach them', async () => {
  const paths = await adminPaths('session-1', 'linux', { XDG_RUNTIME_DIR: dir });
  expect(paths.of('backend-1')).toMatch(new RegExp(`^${dir}/blindspot/[0-9a-f]{10}/backend-1\\.sock$`));
  expect((await stat(join(dir, 'blindspot'))).mode & 0o777).toBe(0o700);
});

it('does not use a folder that others can enter', async () => {
  await mkdir(join(dir, 'blindspot'));
  await chmod(join(dir, 'blindspot'), 0o755);
  const paths = await adminPaths('session-1', 'linux', { XDG_RUNTIME_DIR: dir });
  expect(paths.dir?.startsWith(dir)).toBe(false);
  if (paths.dir !== null) await rm(paths.dir, { recursive: true, force: true });
});

it('keeps every path within what macOS allows', () => {
  const long = socketPath(
    '/var/folders/xx/yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy/T/bs-501/0123456789',
    'n'.repeat(63),
  );
  expect(Buffer.byteLength(long)).toBeLessThan(104);
});

it('uses named pipes on Windows', async () => {
  const paths = await adminPaths('session-1', 'win32', {});
  expect(paths.dir).toBeNull();
  expect(paths.of('backend-1')).toMatch(/^\\\\\.\\pipe\\blindspot-[0-9a-f]{10}-backend-1$/);
});
