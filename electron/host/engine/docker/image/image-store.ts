import { join } from 'node:path';
import type { ImageReport } from '../../../../contract/app.ts';
import { BlindspotError } from '../../../../contract/errors.ts';
import type { ImageName, Progress } from '../../engine.ts';
import type { Connection } from '../connect.ts';
import { dockerFailure } from '../failure.ts';
import { followWork } from '../json-lines.ts';
import { readArchive, writeArchive } from './archive.ts';
import type { ImageLabel } from './archive.ts';
import { buildImage } from './build.ts';
import { imageInputs, repositories } from './inputs.ts';
import type { ImageInputs } from './inputs.ts';

/** The images that nodes run: are they there, make them, carry them to another machine. */
export interface ImageStore {
  status(connection: Connection, name: ImageName): Promise<ImageReport>;
  /** Builds only if the inputs' own tag is not there. Says whether it had to. */
  build(
    connection: Connection,
    name: ImageName,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<'built' | 'present'>;
  /** Every image of ours that the engine has, as one file; the lab's own must be there. */
  save(
    connection: Connection,
    file: string,
  ): Promise<{ readonly tags: readonly string[]; readonly bytes: number }>;
  load(connection: Connection, file: string): Promise<{ readonly tags: readonly string[] }>;
}

export function createImageStore(root: string, cacheDir = join(root, 'out', 'cache')): ImageStore {
  const inputsFor = (connection: Connection, name: ImageName): Promise<ImageInputs> =>
    imageInputs(root, connection.architecture, name);
  const tagsOf = async (connection: Connection) => {
    const [lab, peers] = await Promise.all([inputsFor(connection, 'lab'), inputsFor(connection, 'peers')]);
    return { lab: lab.tag, peers: peers.tag };
  };
  return {
    async status(connection, name) {
      return report(connection, (await inputsFor(connection, name)).tag, name);
    },
    async build(connection, name, progress, signal) {
      const inputs = await inputsFor(connection, name);
      if ((await report(connection, inputs.tag, name)).state === 'present') return 'present';
      await buildImage({ connection, inputs, root, cacheDir, progress, signal });
      return 'built';
    },
    async save(connection, file) {
      const { lab, peers } = await tagsOf(connection);
      if ((await report(connection, lab, 'lab')).state !== 'present') throw missing(lab);
      const withPeers = (await report(connection, peers, 'peers')).state === 'present';
      const tags = withPeers ? [lab, peers] : [lab];
      const saved = await savedTogether(connection, tags);
      const label = { tags, architecture: connection.architecture };
      const bytes = await writeArchive(file, label, saved).catch((error: unknown) => {
        throw fileFailure(file, error);
      });
      return { tags, bytes };
    },
    async load(connection, file) {
      const { lab, peers } = await tagsOf(connection);
      const { label, saved } = await readArchive(file);
      const known = label.tags.every((tag) => tag === lab || tag === peers);
      if (label.architecture !== connection.architecture || !label.tags.includes(lab) || !known) {
        saved.destroy();
        throw otherImage(file, label, { tags: [lab], architecture: connection.architecture });
      }
      await loadInto(connection, saved);
      for (const tag of label.tags) {
        if (!(await isThere(connection, tag))) throw missing(tag);
      }
      return { tags: label.tags };
    },
  };
}

async function isThere({ docker }: Connection, tag: string): Promise<boolean> {
  return (await docker.listImages({ filters: { reference: [tag] } })).length > 0;
}

async function report({ docker }: Connection, tag: string, name: ImageName): Promise<ImageReport> {
  const [wanted] = await docker.listImages({ filters: { reference: [tag] } });
  if (wanted !== undefined) return { state: 'present', tag, sizeBytes: wanted.Size };
  const older = await docker.listImages({ filters: { reference: [repositories[name]] } });
  return { state: older.length === 0 ? 'missing' : 'stale', tag, sizeBytes: null };
}

/** One `docker save` of several images, which share their base: what they have in common is in the file once. */
function savedTogether({ docker }: Connection, tags: readonly string[]): Promise<NodeJS.ReadableStream> {
  const names = tags.map((tag) => `names=${encodeURIComponent(tag)}`).join('&');
  const statusCodes = { 200: true, 404: 'no such image', 500: 'server error' };
  // The library cuts the last character off a path with a query of its own.
  const call = { path: `/images/get?${names}&`, method: 'GET', isStream: true, statusCodes };
  return new Promise((resolve, reject) => {
    docker.modem.dial(call, (error: unknown, stream: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(stream as NodeJS.ReadableStream);
    });
  });
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

function otherImage(file: string, has: ImageLabel, wants: ImageLabel): BlindspotError {
  return new BlindspotError({
    code: 'image-failed',
    message: `${file} holds ${has.tags.join(' and ')} for ${has.architecture}; this app and engine need ${wants.tags.join(' and ')} for ${wants.architecture}.`,
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
