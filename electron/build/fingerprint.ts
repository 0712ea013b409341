import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What something was built from: a hash of the names and contents of all files that match. */
export async function fingerprint(root: string, inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesIn(root, input)) {
      const bytes = await readFile(join(root, file));
      hash.update(`${file.replaceAll('\\', '/')} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/** A file itself, or every file below a folder, in an order that does not depend on the file system. */
async function filesIn(root: string, input: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(root, input), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath.slice(root.length + 1), entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [input];
    throw error;
  }
}

const stampName = '.built-from';

export async function isFresh(directory: string, print: string): Promise<boolean> {
  return (await readFile(join(directory, stampName), 'utf8').catch(() => '')) === print;
}

/** Written last: a build that was cut off leaves no stamp and is done again. */
export function stamp(directory: string, print: string): Promise<void> {
  return writeFile(join(directory, stampName), print);
}
