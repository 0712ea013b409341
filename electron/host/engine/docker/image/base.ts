import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { arch } from 'node:process';
import type Docker from 'dockerode';
import { BlindspotError } from '../../../../contract/errors.ts';
import type { Progress } from '../../engine.ts';
import { followWork } from '../json-lines.ts';
import { architectureOf } from './node-package.ts';
import type { Architecture } from './node-package.ts';

/**
 * The Debian the image stands on: debian:bookworm-slim if the engine has it or a registry gives it; otherwise the same
 * Debian made here by mmdebstrap, with the image's packages in it.
 */
const official = 'debian:bookworm-slim';
const own = { repository: 'blindspot-base', tag: 'bookworm' };
const ownName = `${own.repository}:${own.tag}`;
/** A registry that has not begun to answer by then is taken for absent; one that answers may be as slow as it is. */
const registryAnswerMs = 20_000;
const step = 'Base image';
const ownStep = 'Base image by mmdebstrap';
/** What Debian's own slim image leaves out, as the same dpkg rules; copyright files stay. */
const slim = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
];

interface BaseRequest {
  readonly docker: Docker;
  readonly architecture: Architecture;
  readonly packages: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export async function baseImage(request: BaseRequest): Promise<string> {
  const { docker, architecture, progress, signal } = request;
  if (await hasImage(docker, official, architecture)) {
    progress(step, `${official} is here already`);
    return official;
  }
  const refused = await pull(request).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message.trim() : String(error)),
  );
  signal.throwIfAborted();
  if (refused === null) return official;
  progress('No registry', refused);
  await ownBase(request, refused);
  return ownName;
}

async function hasImage(docker: Docker, name: string, architecture: Architecture): Promise<boolean> {
  const image = await docker
    .getImage(name)
    .inspect()
    .catch(() => null);
  return image !== null && architectureOf(image.Architecture) === architecture;
}

async function pull({ docker, architecture, progress, signal }: BaseRequest): Promise<void> {
  progress(step, `asking the registry for ${official}`);
  const patience = new AbortController();
  const timer = setTimeout(
    () => patience.abort(new Error(`no answer within ${registryAnswerMs / 1000} s`)),
    registryAnswerMs,
  );
  const abortSignal = AbortSignal.any([signal, patience.signal]);
  try {
    const stream = await docker.pull(official, { platform: `linux/${architecture}`, abortSignal });
    await followWork(stream, ({ status, progress: amount }) => {
      clearTimeout(timer);
      if (status !== undefined) progress(step, amount === undefined ? status : `${status} ${amount}`);
    });
  } catch (error) {
    throw patience.signal.aborted ? patience.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Kept between builds under its own name; made again when the list of packages is another. */
async function ownBase(request: BaseRequest, refused: string): Promise<void> {
  const { docker, architecture, packages, progress } = request;
  const mark = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const present = await docker
    .getImage(ownName)
    .inspect()
    .catch(() => null);
  if (present?.Config.Labels['blindspot.packages'] === mark && present.Architecture === architecture) {
    progress(ownStep, `${ownName}, made here before`);
    return;
  }
  if (process.platform !== 'linux' || architectureOf(arch === 'x64' ? 'amd64' : arch) !== architecture) {
    throw unavailable(refused, 'mmdebstrap makes one only on Linux, for its own architecture');
  }
  await debootstrap(request, mark, refused);
}

async function debootstrap(
  { docker, packages, progress, signal }: BaseRequest,
  mark: string,
  refused: string,
) {
  progress(ownStep, 'making Debian bookworm');
  await removeUnfinished(docker);
  const child = spawn(
    'mmdebstrap',
    [
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      ...slim.map((rule) => `--dpkgopt=${rule}`),
      'bookworm',
      '-',
    ],
    { signal, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const line = text.trim().split('\n').at(-1) ?? '';
    said.push(line);
    if (line.startsWith('I: ')) progress(ownStep, line.slice(3));
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const imported = (async () => {
    let id = '';
    const stream = await docker.importImage(child.stdout, {
      fromSrc: '-',
      changes: [`LABEL blindspot=base blindspot.packages=${mark}`, 'CMD ["bash"]'],
      abortSignal: signal,
    });
    await followWork(stream, ({ status = '' }) => {
      id = /sha256:[0-9a-f]{64}/.exec(status)?.[0] ?? id;
    });
    return id;
  })();
  const [ended, kept] = await Promise.allSettled([exit, imported]);
  signal.throwIfAborted();
  if (ended.status === 'rejected') throw unavailable(refused, 'mmdebstrap is not installed');
  if (ended.value !== 0) throw unavailable(refused, `mmdebstrap failed: ${said.slice(-3).join(' / ')}`);
  if (kept.status === 'rejected') throw kept.reason;
  // Only now: the engine takes half a Debian as readily as a whole one, from a maker or an app that died meanwhile.
  await docker.getImage(kept.value).tag({ repo: own.repository, tag: own.tag });
  progress(ownStep, `${ownName} is ready`);
}

/** What an earlier try left without a name. */
async function removeUnfinished(docker: Docker): Promise<void> {
  const images = await docker.listImages({ filters: { label: ['blindspot=base'], dangling: ['true'] } });
  for (const { Id: id } of images) {
    await docker
      .getImage(id)
      .remove()
      .catch(() => undefined);
  }
}

function unavailable(refused: string, why: string): BlindspotError {
  return new BlindspotError({
    code: 'image-failed',
    message: `There is no Debian to build on: no registry gives ${official} (${refused}), and ${why}.`,
    next: 'Load a saved image with "npm run image -- load FILE", or install mmdebstrap and try again.',
  });
}
