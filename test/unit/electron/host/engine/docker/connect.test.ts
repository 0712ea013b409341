import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../../../../electron/host/engine/docker/connect.ts';

let folder: string;
let server: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-'));
});
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

async function engineThatSays(version: object, path: string): Promise<void> {
  server = createServer((_, response) => response.end(JSON.stringify(version)));
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

describe('connect', () => {
  const socket = () => join(folder, 'd.sock');
  const env = () => ({ DOCKER_HOST: `unix://${socket()}` });

  it('describes an engine that answers', async () => {
    await engineThatSays({ Version: '28.2.2', Arch: 'arm64', Os: 'linux' }, socket());
    expect(await connect(env())).toMatchObject({
      endpoint: `unix://${socket()}`,
      name: 'Docker Engine 28.2.2',
      architecture: 'arm64',
    });
  });

  it('names Podman as what it is', async () => {
    const components = [{ Name: 'Podman Engine', Version: '5.1.0' }];
    await engineThatSays({ Version: '5.1.0', Arch: 'amd64', Os: 'linux', Components: components }, socket());
    expect(await connect(env())).toMatchObject({ name: 'Podman Engine 5.1.0' });
  });

  it('finds the engine of the current context', async () => {
    await engineThatSays({ Version: '1', Arch: 'amd64', Os: 'linux' }, socket());
    await mkdir(join(folder, 'contexts', 'meta', 'abc'), { recursive: true });
    await writeFile(join(folder, 'config.json'), '{"currentContext":"mine"}');
    await writeFile(
      join(folder, 'contexts', 'meta', 'abc', 'meta.json'),
      JSON.stringify({ Name: 'mine', Endpoints: { docker: { Host: `unix://${socket()}` } } }),
    );
    expect(await connect({ DOCKER_CONFIG: folder })).toMatchObject({ endpoint: `unix://${socket()}` });
  });

  it('refuses Windows containers and unknown architectures by name', async () => {
    await engineThatSays({ Version: '1', Arch: 'amd64', Os: 'windows' }, socket());
    expect(await connect(env())).toMatchObject({
      what: expect.stringContaining('Windows containers') as unknown,
    });
    server?.close();
    await engineThatSays({ Version: '1', Arch: 's390x', Os: 'linux' }, join(folder, 'e.sock'));
    const other = await connect({ DOCKER_HOST: `unix://${join(folder, 'e.sock')}` });
    expect(other).toMatchObject({ what: expect.stringContaining('s390x') as unknown });
  });

  it('tells nothing there from something there that is dead', async () => {
    expect(await connect(env())).toMatchObject({ what: expect.stringContaining('nothing there') as unknown });
    await writeFile(socket(), '');
    await chmod(socket(), 0o600);
    expect(await connect(env())).toMatchObject({ what: expect.stringContaining('not running') as unknown });
  });
});
