import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildContext } from '../../../../../../../electron/host/engine/docker/image/context.ts';
import { imageInputs } from '../../../../../../../electron/host/engine/docker/image/inputs.ts';

const repository = resolve(import.meta.dirname, '../../../../../../..');
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inputs-'));
  await mkdir(join(root, 'docker', 'echo'), { recursive: true });
  await cp(join(repository, 'docker', 'image'), join(root, 'docker', 'image'), { recursive: true });
  await cp(join(repository, 'docker', 'xdp'), join(root, 'docker', 'xdp'), { recursive: true });
  await cp(join(repository, 'docker', 'Dockerfile'), join(root, 'docker', 'Dockerfile'));
  await cp(join(repository, 'package-lock.json'), join(root, 'package-lock.json'));
  await writeFile(join(root, 'docker', 'echo', 'main.ts'), `process.stdout.write('one');`);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('image inputs', () => {
  const tag = async () => (await imageInputs(root, 'amd64', 'lab')).tag;

  it('give the same tag as long as nothing changes', async () => {
    expect(await tag()).toMatch(/^blindspot:[0-9a-f]{12}$/);
    expect(await tag()).toBe(await tag());
    await writeFile(join(root, 'README.md'), 'of no concern');
    const before = await tag();
    await writeFile(join(root, 'docker', 'echo', 'main.ts'), `// a comment\nprocess.stdout.write('one');`);
    expect(await tag()).toBe(before);
  });

  it.each([
    ['a program', 'docker/echo/main.ts', `process.stdout.write('two');`],
    ['the Dockerfile', 'docker/Dockerfile', 'FROM scratch'],
    ['a file of the image', 'docker/image/bashrc', 'PS1=x'],
    ['the XDP program', 'docker/xdp/balancer.c', '// another'],
    ['the list of packages', 'docker/image/packages', 'bash\n'],
  ])('give another tag when %s changes', async (_, file, content) => {
    const before = await tag();
    await writeFile(join(root, file), content);
    expect(await tag()).not.toBe(before);
  });

  it('give another tag for another architecture', async () => {
    expect((await imageInputs(root, 'arm64', 'lab')).tag).not.toBe(await tag());
  });

  it('list Debian packages one by one', async () => {
    expect((await imageInputs(root, 'amd64', 'lab')).packages).toEqual(
      expect.arrayContaining(['curl', 'netcat-openbsd', 'iptables', 'tcpdump']),
    );
  });

  it('become a context of exactly these files, with their modes', async () => {
    const node = join(root, 'node');
    await writeFile(node, 'a node');
    const inputs = await imageInputs(root, 'amd64', 'lab');
    const entries = new Map<string, number>();
    const extract = tar.extract();
    extract.on('entry', (header, stream, next) => {
      entries.set(header.name, header.mode);
      stream.resume();
      stream.on('end', next);
    });
    await pipeline(buildContext(inputs, node), extract);
    expect([...entries.keys()].sort()).toEqual([...inputs.files.map(({ path }) => path), 'bin/node'].sort());
    expect(entries.get('image/start')).toBe(0o755);
    expect(entries.get('image/bashrc')).toBe(0o644);
    expect(entries.get('bin/node')).toBe(0o755);
  });
});
