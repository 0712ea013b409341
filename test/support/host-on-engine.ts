import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineId } from '../../electron/contract/app.ts';
import { createHost } from '../../electron/host/create-host.ts';
import type { LabHost } from '../../electron/host/create-host.ts';
import { root, withDocker } from './docker-engine.ts';

/** Both engines where both can run; a suite over them is named by what it ran on. */
export const enginesHere: readonly EngineId[] = withDocker ? ['local', 'docker'] : ['local'];

export const noStreams = { openStream: () => '', stream: () => undefined };

/** A host with a state folder of its own, so that a person's own labs and progress stay theirs. */
export async function hostForTest(): Promise<
  LabHost & { readonly stateDir: string; close(): Promise<void> }
> {
  const stateDir = await mkdtemp(join(tmpdir(), 'blindspot-host-'));
  const host = await createHost({ root, face: 'cli', stateDir });
  return {
    ...host,
    stateDir,
    async close() {
      await host.dispose();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
