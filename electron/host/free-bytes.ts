import { statfs } from 'node:fs/promises';

/** How much a folder's disk can still take; null where that cannot be seen. */
export async function freeBytes(folder: string): Promise<number | null> {
  const disk = await statfs(folder).catch(() => null);
  return disk === null ? null : disk.bavail * disk.bsize;
}
