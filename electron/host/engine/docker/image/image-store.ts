import { join } from 'node:path';
import type { ImageReport } from '../../../../contract/app.ts';
import { BlindspotError } from '../../../../contract/errors.ts';
import type { Progress } from '../../engine.ts';
import type { Connection } from '../connect.ts';
import { dockerFailure } from '../failure.ts';
import { followWork } from '../json-lines.ts';
import { readArchive, writeArchive } from './archive.ts';
import { buildImage } from './build.ts';
import { imageInputs, repository } from './inputs.ts';
import type { ImageInputs } from './inputs.ts';

/** The one image all nodes run: is it there, make it, carry it to another machine. */
export interface ImageStore {
  status(connection: Connection): Promise<ImageReport>;
  /** Builds only if the inputs' own tag is not there. Says whether it had to. */
  build(connection: Connection, progress: Progress, signal: AbortSignal): Promise<'built' | 'present'>;
  save(connection: Connection, file: string): Promise<{ readonly tag: string; readonly bytes: number }>;
  load(connection: Connection, file: string): Promise<{ readonly tag: string }>;
}

export function createImageStore(root: string, cacheDir = join(root, 'out', 'cache')): ImageStore {
  const inputsFor = (connection: Connection): Promise<ImageInputs> =>
    imageInputs(root, connection.architecture);
  return {
    async status(connection) {
      return report(connection, (await inputsFor(connection)).tag);
    },
    async build(connection, progress, signal) {
      const inputs = await inputsFor(connection);
      if ((await report(connection, inputs.tag)).state === 'present') return 'present';
      await buildImage({ connection, inputs, root, cacheDir, progress, signal });
      return 'built';
    },
    async save(connection, file) {
      const { tag } = await inputsFor(connection);
      if ((await report(connection, tag)).state !== 'present') throw missing(tag);
      const saved = await connection.docker.getImage(tag).get();
      const label = { tag, architecture: connection.architecture };
      const bytes = await writeArchive(file, label, saved).catch((error: unknown) => {
        throw fileFailure(file, error);
      });
      return { tag, bytes };
    },
    async load(connection, file) {
      const { tag } = await inputsFor(connection);
      const { label, saved } = await readArchive(file);
      if (label.architecture !== connection.architecture || label.tag !== tag) {
        saved.destroy();
        throw otherImage(file, label, { tag, architecture: connection.architecture });
      }
      await loadInto(connection, saved);
      if ((await report(connection, tag)).state !== 'present') throw missing(tag);
      return { tag };
    },
  };
}

async function report({ docker }: Connection, tag: string): Promise<ImageReport> {
  const [wanted] = await docker.listImages({ filters: { reference: [tag] } });
  if (wanted !== undefined) return { state: 'present', tag, sizeBytes: wanted.Size };
  const older = await docker.listImages({ filters: { reference: [repository] } });
  return { state: older.length === 0 ? 'missing' : 'stale', tag, sizeBytes: null };
}

async function loadInto({ docker }: Connection, saved: NodeJS.ReadableStream): Promise<void> {
  // A damaged file shows itself while it is read, and then as its own error rather than as a broken upload.
  const damage = new Promise<never>((_, reject) => saved.once('error', reject));
  const work = (async () => {
    await followWork(await docker.loadImage(saved), () => undefined);
  })();
  try {
    await Promise.race([work, damage]);
  } catch (error) {
    work.catch(() => undefined);
    throw dockerFailure('The image was not loaded', error);
  }
}

function missing(tag: string): BlindspotError {
  return new BlindspotError({
    code: 'image-missing',
    message: `The engine has no image ${tag}.`,
    next: 'Build it with "npm run image -- build".',
  });
}

function otherImage(
  file: string,
  has: { tag: string; architecture: string },
  wants: { tag: string; architecture: string },
): BlindspotError {
  return new BlindspotError({
    code: 'image-failed',
    message: `${file} holds ${has.tag} for ${has.architecture}; this app and engine need ${wants.tag} for ${wants.architecture}.`,
    next: 'Save it again on a machine with this version of the app and an engine of that architecture.',
    where: file,
  });
}

function fileFailure(file: string, error: unknown): BlindspotError {
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return new BlindspotError(
    {
      code: full ? 'disk-full' : 'image-failed',
      message: `${file} was not written: ${error instanceof Error ? error.message : String(error)}`,
      next: full
        ? 'Free some disk space, or save to another disk.'
        : 'Choose a place that this user may write to.',
      where: file,
    },
    error,
  );
}
