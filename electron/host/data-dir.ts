import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where Blindspot keeps what is the person's own: progress, their labs, recordings. `BLINDSPOT_HOME` moves it. */
export function dataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BLINDSPOT_HOME !== undefined && env.BLINDSPOT_HOME !== '') return env.BLINDSPOT_HOME;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Blindspot');
  if (process.platform === 'win32') return join(env.APPDATA ?? homedir(), 'Blindspot');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'blindspot');
}

export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Missing or damaged: the caller starts from nothing, as on a first day.
    return null;
  }
}

/** Written beside and renamed, so that a crash or a full disk leaves the old file whole. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, `${JSON.stringify(value, null, 2)}\n`);
    await rename(fresh, file);
  } catch (thrown) {
    await rm(fresh, { force: true });
    throw thrown;
  }
}
