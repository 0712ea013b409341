import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { planeTrialsSchema } from '../../../../docker/protocol/kernel.ts';
import type { PlaneTrial } from '../../../../docker/protocol/kernel.ts';
import type { PlanesReport } from '../../../contract/app.ts';
import type { Connection } from './connect.ts';
import { frameReader } from './frames.ts';
import { label } from './labels.ts';

/**
 *   engine --a container without any network--> kernel.mjs: tries each data path in there --JSON--> works, or why not
 *
 * What a kernel can do does not change while it runs, but for modules that somebody loads: the answer is kept beside the
 * app's own files by kernel and image, and the doctor asks anew.
 */
export interface Planes {
  /** Never throws: that nothing could be found out is an answer, too. */
  report(connection: Connection, image: string, anew: boolean): Promise<PlanesReport>;
}

const limitMs = 20_000;
const keptSchema = z.strictObject({ key: z.string(), trials: planeTrialsSchema });

export function createPlanes(file: string | null): Planes {
  let kept: z.output<typeof keptSchema> | null = null;
  return {
    async report(connection, image, anew) {
      const key = `${connection.endpoint} ${connection.kernel} ${image}`;
      kept ??= file === null ? null : await readKept(file);
      if (!anew && kept?.key === key) return { known: kept.trials, unknown: null };
      try {
        const trials = await tryPlanes(connection, image);
        kept = { key, trials: [...trials] };
        if (file !== null) await keep(file, kept);
        return { known: trials, unknown: null };
      } catch (error) {
        return { known: [], unknown: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

async function readKept(file: string): Promise<z.output<typeof keptSchema> | null> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** A folder that cannot be written only means that the kernel is asked again. */
async function keep(file: string, kept: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch(() => undefined);
  await writeFile(file, JSON.stringify(kept)).catch(() => undefined);
}

async function tryPlanes({ docker }: Connection, image: string): Promise<readonly PlaneTrial[]> {
  const trial = await docker.createContainer({
    Image: image,
    User: '0',
    Entrypoint: ['node', '/opt/blindspot/kernel.mjs'],
    Env: ['BLINDSPOT_NETWORK=own'],
    // Of no session: it ends by itself, and goes when it has, even if this app goes first.
    Labels: { [label.kind]: 'trial' },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      // As the nodes hold them that run these data paths: SYS_ADMIN is for loading an XDP program.
      CapAdd: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/run': 'rw,nosuid,nodev,noexec,size=1m' },
      Memory: 128 * 1024 * 1024,
      PidsLimit: 64,
    },
  });
  try {
    const stream = await trial.attach({ stream: true, stdout: true, stderr: true });
    let [output, said] = ['', ''];
    const ended = Promise.withResolvers<undefined>();
    const read = frameReader((from, chunk) => {
      if (from === 'stdout') output += chunk.toString();
      else said = (said + chunk.toString()).slice(-500);
    });
    stream.on('data', read);
    for (const event of ['end', 'close', 'error']) stream.on(event, () => ended.resolve(undefined));
    const late = setTimeout(() => ended.resolve(undefined), limitMs);
    await trial.start();
    await ended.promise.finally(() => clearTimeout(late));
    if (output === '') throw new Error(said.trim() || 'the trial of the kernel said nothing');
    return planeTrialsSchema.parse(JSON.parse(output));
  } finally {
    await trial.remove({ force: true }).catch(() => undefined);
  }
}
