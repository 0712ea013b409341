import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlindspotError } from '../../../contract/errors.ts';

/** Where a session's admin sockets lie: reachable by this user alone, and short. */
export interface AdminPaths {
  /** Null where the sockets are named pipes, which have no folder. */
  readonly dir: string | null;
  of(node: string): string;
}

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included (unix(4), unix(7)). */
const longestPath = 103;

export async function adminPaths(
  session: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): Promise<AdminPaths> {
  const short = digest(session);
  if (platform === 'win32') return { dir: null, of: (node) => `\\\\.\\pipe\\blindspot-${short}-${node}` };
  const dir = join(await baseDir(env), short);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return { dir, of: (node) => socketPath(dir, node) };
}

export function socketPath(dir: string, node: string): string {
  const plain = join(dir, `${node}.sock`);
  return Buffer.byteLength(plain) <= longestPath ? plain : join(dir, `${digest(node)}.sock`);
}

async function baseDir(env: NodeJS.ProcessEnv): Promise<string> {
  const runtime = env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== '' && runtime.length <= 40) {
    const own = await privateDir(join(runtime, 'blindspot')).catch(() => null);
    if (own !== null) return own;
  }
  return privateDir(join(tmpdir(), `bs-${process.getuid?.() ?? 0}`));
}

/** In a folder that everyone may write to, someone else could have been here first: a link or a stranger's is refused. */
async function privateDir(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const found = await lstat(dir);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return dir;
  throw new BlindspotError({
    code: 'engine-failed',
    message: `${dir} is not a folder of this user alone, so the nodes' admin sockets cannot lie there.`,
    next: `Remove ${dir}, or run "chmod 700 ${dir}" if it is yours, and try again.`,
    where: dir,
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
