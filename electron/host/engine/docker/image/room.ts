import type Docker from 'dockerode';
import { BlindspotError } from '../../../../contract/errors.ts';
import { freeBytes } from '../../../free-bytes.ts';

/** For a moment a build holds the base, a compiler and the image itself. */
const needed = 1e9;

/**
 * A build on a full disk need not fail: what runs in it may wait for ever for a file that cannot be written. So the
 * engine's own disk is looked at first, where it is this machine's; in a virtual machine or elsewhere it cannot be seen.
 */
export async function mustHaveRoom(docker: Docker): Promise<void> {
  const info = (await docker.info()) as {
    readonly DockerRootDir?: string;
    readonly OperatingSystem?: string;
  };
  const { DockerRootDir: folder, OperatingSystem: system = '' } = info;
  if (folder === undefined || /desktop/i.test(system)) return;
  const free = await freeBytes(folder);
  if (free === null || free >= needed) return;
  throw new BlindspotError({
    code: 'disk-full',
    message: `The engine's disk (${folder}) has ${Math.floor(free / 1e6)} MB free; building the image takes ${needed / 1e9} GB for a moment.`,
    next: 'Free some disk space; "docker system df" shows what Docker itself uses. "npm run image -- load FILE" takes less.',
  });
}
