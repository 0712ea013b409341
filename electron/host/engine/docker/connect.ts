import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import { diagnose } from './diagnosis.ts';
import type { Attempt, Diagnosis } from './diagnosis.ts';
import { endpoints } from './endpoints.ts';
import type { Endpoint, Surroundings } from './endpoints.ts';
import { architectureOf } from './image/node-package.ts';
import type { Architecture } from './image/node-package.ts';

/** An engine that answered. */
export interface Connection {
  readonly docker: Docker;
  readonly endpoint: string;
  /** "Docker Engine 28.2.2", "Podman Engine 5.1.0". */
  readonly name: string;
  readonly version: string;
  readonly kernel: string;
  readonly architecture: Architecture;
}

/** A local engine answers in milliseconds; a remote one over ssh may need a moment to greet. */
const answerMs = 4000;

export async function connect(env: NodeJS.ProcessEnv): Promise<Connection | Diagnosis> {
  const around = await lookAround(env);
  const attempts: Attempt[] = [];
  for (const endpoint of endpoints(around)) {
    const result = await attempt(endpoint, env);
    if ('docker' in result) return result;
    attempts.push(result);
  }
  return diagnose(attempts, around.platform);
}

export async function connected(env: NodeJS.ProcessEnv): Promise<Connection> {
  const result = await connect(env);
  if ('docker' in result) return result;
  throw new BlindspotError({ code: 'engine-missing', message: result.what, next: result.next });
}

async function attempt(endpoint: Endpoint, env: NodeJS.ProcessEnv): Promise<Connection | Attempt> {
  try {
    const docker = new Docker(await dockerOptions(endpoint.url, env));
    const answer = await within(docker.version());
    if (answer.Os === 'windows') return { endpoint, problem: 'windows-containers', detail: '' };
    const architecture = architectureOf(answer.Arch);
    if (architecture === null) return { endpoint, problem: 'architecture', detail: answer.Arch };
    const [component] = (answer as { Components?: { Name: string }[] }).Components ?? [];
    const product = component?.Name.startsWith('Podman') === true ? 'Podman' : 'Docker';
    return {
      docker,
      endpoint: endpoint.url,
      name: `${product} Engine ${answer.Version}`,
      version: answer.Version,
      kernel: answer.KernelVersion,
      architecture,
    };
  } catch (error) {
    return { endpoint, ...problemOf(error) };
  }
}

function problemOf(error: unknown): Pick<Attempt, 'problem' | 'detail'> {
  const detail = error instanceof Error ? error.message.trim() : String(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'absent', detail };
  if (code === 'EACCES' || code === 'EPERM') return { problem: 'denied', detail };
  if (code === 'ECONNREFUSED') return { problem: 'refused', detail };
  if (code === 'ETIMEDOUT') return { problem: 'silent', detail };
  return { problem: 'failed', detail };
}

async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${answerMs / 1000} s`), { code: 'ETIMEDOUT' }));
    }, answerMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `host: undefined` on purpose: dockerode otherwise prefers the process's own DOCKER_HOST over what it is given. */
async function dockerOptions(url: string, env: NodeJS.ProcessEnv): Promise<Docker.DockerOptions> {
  if (url.startsWith('unix://')) return { host: undefined, socketPath: url.slice('unix://'.length) };
  if (url.startsWith('npipe://')) return { host: undefined, socketPath: url.slice('npipe://'.length) };
  const { hostname, port, protocol, username } = new URL(url);
  if (protocol === 'ssh:') {
    return {
      protocol: 'ssh',
      host: hostname,
      port: port || 22,
      username,
      ...(env.SSH_AUTH_SOCK === undefined ? {} : { sshAuthAgent: env.SSH_AUTH_SOCK }),
    };
  }
  const certificates = env.DOCKER_CERT_PATH;
  const secure = (env.DOCKER_TLS_VERIFY ?? '') !== '' || port === '2376';
  if (!secure) return { protocol: 'http', host: hostname, port: port || 2375 };
  return {
    protocol: 'https',
    host: hostname,
    port: port || 2376,
    ...(certificates === undefined ? {} : await readCertificates(certificates)),
  };
}

async function readCertificates(folder: string): Promise<Docker.DockerOptions> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name))),
  );
  return { ca, cert, key };
}

async function lookAround(env: NodeJS.ProcessEnv): Promise<Surroundings> {
  const folder = env.DOCKER_CONFIG ?? join(homedir(), '.docker');
  const config = await readJson<{ currentContext?: string }>(join(folder, 'config.json'));
  return {
    platform: process.platform,
    env,
    home: homedir(),
    uid: process.getuid?.() ?? null,
    currentContext: config?.currentContext ?? null,
    contexts: await readContexts(join(folder, 'contexts', 'meta')),
  };
}

async function readContexts(folder: string): Promise<{ name: string; host: string }[]> {
  const ids = await readdir(folder).catch(() => []);
  const metas = await Promise.all(
    ids.map((id) =>
      readJson<{ Name?: string; Endpoints?: { docker?: { Host?: string } } }>(join(folder, id, 'meta.json')),
    ),
  );
  return metas.flatMap((meta) => {
    const host = meta?.Endpoints?.docker?.Host;
    return meta?.Name === undefined || host === undefined ? [] : [{ name: meta.Name, host }];
  });
}

/** A missing or damaged client config is not ours to complain about: the usual places are tried all the same. */
async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return null;
  }
}
