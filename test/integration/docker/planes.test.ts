import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triedPlanes } from '../../../docker/protocol/kernel.ts';
import type { Engine } from '../../../electron/host/engine/engine.ts';
import { createPlanes } from '../../../electron/host/engine/docker/planes.ts';
import { dockerConnection, dockerEngine, dockerNote, withDocker } from '../../support/docker-engine.ts';

describe.skipIf(!withDocker)(`the kernel's data paths ${dockerNote}`, () => {
  let engine: Engine;
  let folder: string;

  beforeAll(async () => {
    engine = await dockerEngine();
    folder = await mkdtemp(join(tmpdir(), 'blindspot-planes-'));
  });

  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('are each tried, and what does not work says why', async () => {
    const { planes, capabilities } = await engine.report(true);
    expect(planes?.unknown).toBeNull();
    expect(planes?.known.map(({ plane }) => plane)).toEqual([...triedPlanes]);
    for (const { plane, works, detail } of planes?.known ?? []) {
      expect(detail === '').toBe(works);
      expect((capabilities as readonly string[]).includes(plane)).toBe(works);
    }
  });

  it('are tried once a kernel and image, and again when asked to', async () => {
    const { image } = await engine.report();
    const file = join(folder, 'planes.json');
    const first = await createPlanes(file).report(dockerConnection(), image?.tag ?? '', false);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ trials: first.known });
    const elsewhere = { ...dockerConnection(), kernel: 'another' };
    const lost = await createPlanes(file).report(elsewhere, 'blindspot:no-such-image', false);
    expect(lost.known).toEqual([]);
    expect(lost.unknown).toContain('no-such-image');
    expect(await createPlanes(file).report(dockerConnection(), image?.tag ?? '', false)).toEqual(first);
  });
});
