import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { mustHaveRoom } from '../../../../../../../electron/host/engine/docker/image/room.ts';

const engineAt = (info: object) => ({ info: () => Promise.resolve(info) }) as unknown as Docker;

describe('room for a build', () => {
  it.runIf(process.platform === 'linux')(
    'a disk without any (/proc has none) is said before anything is built',
    async () => {
      await expect(mustHaveRoom(engineAt({ DockerRootDir: '/proc' }))).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringContaining('(/proc) has 0 MB free') as string,
      });
    },
  );

  it.each([
    ['of another machine', { DockerRootDir: '/nowhere/on/this/machine' }],
    ['in a virtual machine', { DockerRootDir: '/proc', OperatingSystem: 'Docker Desktop' }],
    ['that the engine does not name', {}],
  ])('a disk %s is not judged', async (_, info) => {
    await expect(mustHaveRoom(engineAt(info))).resolves.toBeUndefined();
  });
});
