import type Docker from 'dockerode';
import { BlindspotError } from '../../../../contract/errors.ts';
import type { Progress } from '../../engine.ts';
import type { Connection } from '../connect.ts';
import { dockerFailure } from '../failure.ts';
import { followWork } from '../json-lines.ts';
import { baseImage } from './base.ts';
import { buildContext } from './context.ts';
import { repositories } from './inputs.ts';
import type { ImageInputs } from './inputs.ts';
import { nodeBinary } from './node-package.ts';
import { mustHaveRoom } from './room.ts';

/** How apt says that it reached nobody; it exits with 100 whatever the reason was. */
const noNetwork =
  /temporary failure resolving|could not resolve|could not connect|failed to fetch|unable to locate package|network is unreachable/i;

const youngMs = 600_000;

export interface BuildRequest {
  readonly connection: Connection;
  readonly inputs: ImageInputs;
  readonly root: string;
  readonly cacheDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** room on the disk -> base -> node -> docker build -> tag; then the tags of older inputs go. */
export async function buildImage(request: BuildRequest): Promise<void> {
  const { connection, inputs, root, cacheDir, progress, signal } = request;
  const { docker, architecture } = connection;
  try {
    await mustHaveRoom(docker);
    const base = await baseImage({ docker, architecture, packages: inputs.packages, progress, signal });
    const node = await nodeBinary(root, cacheDir, architecture, progress, signal);
    await buildOn(request, base, node);
    await removeOthers(docker, `${repositories[inputs.name]}:`, inputs.tag);
    progress('Image', `${inputs.tag} is ready`);
  } catch (error) {
    signal.throwIfAborted();
    throw imageFailed(error);
  }
}

/** How to try: in which network, and with or without the compiler that the XDP plane needs (and nothing else does). */
interface Way {
  readonly network: 'host' | undefined;
  readonly xdp: 'built' | 'absent';
  readonly said: string;
}
const ways: readonly Way[] = [
  { network: undefined, xdp: 'built', said: '' },
  {
    network: 'host',
    xdp: 'built',
    said: "build containers reach no network: once more on the engine's own",
  },
  { network: 'host', xdp: 'absent', said: 'no compiler to be had: once more without the XDP plane' },
];

/** The ordinary way first; each next way only where the one before reached no network. */
async function buildOn(request: BuildRequest, base: string, node: string): Promise<void> {
  let last: Failed | null = null;
  for (const way of ways) {
    if (way.said !== '') request.progress('Build', way.said);
    last = await runBuild(request, base, node, way);
    if (last === null) return;
    if (!noNetwork.test(last.output)) break;
  }
  if (last !== null) throw last.error;
}

interface Failed {
  readonly error: unknown;
  readonly output: string;
}

async function runBuild(
  { connection, inputs, progress, signal }: BuildRequest,
  base: string,
  node: string,
  way: Way,
): Promise<Failed | null> {
  let step = 'Build';
  let output = '';
  try {
    const stream = await connection.docker.buildImage(buildContext(inputs, node), {
      t: inputs.tag,
      buildargs: { BASE: base, XDP: way.xdp },
      labels: { blindspot: 'image' },
      forcerm: true,
      ...(way.network === undefined ? {} : { networkmode: way.network }),
      abortSignal: signal,
    });
    await followWork(stream, ({ stream: text = '' }) => {
      const line = text.trim();
      if (line === '') return;
      output = `${output}${line}\n`.slice(-20_000);
      const title = /^Step \d+\/\d+ : (.*)/.exec(line);
      if (title?.[0] !== undefined) step = title[0].replace(/\s+/g, ' ').slice(0, 80);
      progress(step, title === null ? line.slice(0, 200) : '');
    });
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return { error, output };
  }
}

/**
 * Images of older inputs, ours by name and by label. One that a container uses stays, and so does a young one: another
 * working copy on the same engine may be about to start nodes from it.
 */
async function removeOthers(docker: Docker, prefix: string, tag: string): Promise<void> {
  const images = await docker.listImages({ filters: { label: ['blindspot=image'] } });
  const old = images.filter(({ Created: seconds }) => Date.now() - seconds * 1000 > youngMs);
  const others = old
    .flatMap((image) => image.RepoTags ?? [])
    .filter((name) => name.startsWith(prefix) && name !== tag);
  for (const name of others) {
    await docker
      .getImage(name)
      .remove()
      .catch(() => undefined);
  }
}

function imageFailed(error: unknown): BlindspotError {
  const failure = dockerFailure('The image was not built', error);
  if (failure.code !== 'engine-failed' && failure.code !== 'not-found') return failure;
  return new BlindspotError(
    {
      code: 'image-failed',
      message: failure.message,
      next: 'Read the last lines of the build, or load a saved image with "npm run image -- load FILE".',
    },
    error,
  );
}
