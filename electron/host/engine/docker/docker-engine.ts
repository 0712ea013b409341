import { join } from 'node:path';
import { capabilities } from '../../../contract/app.ts';
import type { EngineReport, PlanesReport } from '../../../contract/app.ts';
import { BlindspotError } from '../../../contract/errors.ts';
import type { Engine, ImageName, NodeSpec, PowerAction } from '../engine.ts';
import { openBeside } from './beside.ts';
import { connect } from './connect.ts';
import type { Connection } from './connect.ts';
import { containerName, removeContainers, startNode, whyNotRunning } from './containers.ts';
import { openControl } from './control.ts';
import type { Diagnosis } from './diagnosis.ts';
import { createEventHub } from './events.ts';
import { openExec } from './exec.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { foundSessions } from './found.ts';
import { createImageStore } from './image/image-store.ts';
import { nodeSpecOf } from './labels.ts';
import { followLogs } from './logs.ts';
import { quicAddon, quicArchitecture } from '../../programs/quic-addon.ts';
import { applyNetfilter } from './netfilter.ts';
import { allocate, removeNetworks } from './networks.ts';
import { createPlanes } from './planes.ts';

export interface DockerEngineOptions {
  readonly root: string;
  /** For what is fetched once: Node of another architecture. */
  readonly stateDir?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Labs as containers. Holds no state but the connection: what there is, the engine's labels say. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  const { root, stateDir, env = process.env } = options;
  const images = createImageStore(root, stateDir === undefined ? undefined : join(stateDir, 'cache'));
  const planes = createPlanes(stateDir === undefined ? null : join(stateDir, 'planes.json'));
  let known: Connection | null = null;
  const ready = new Map<ImageName, string>();

  const use = async (): Promise<Connection> => {
    known ??= orThrow(await connect(env));
    return known;
  };
  const events = createEventHub(async () => (await use()).docker);

  const withRules = async (docker: Connection['docker'], session: string, node: NodeSpec): Promise<void> => {
    if (node.netfilter !== null || node.routes !== undefined || node.addresses !== undefined)
      await applyNetfilter(docker, session, node, await imageOf('lab'));
  };
  const imageOf = async (name: ImageName): Promise<string> => {
    const known = ready.get(name);
    if (known !== undefined) return known;
    const { state, tag } = await images.status(await use(), name);
    if (state !== 'present') throw imageMissing(tag);
    ready.set(name, tag);
    return tag;
  };

  return {
    id: 'docker',

    async report(anew = false) {
      const result = await connect(env);
      known = 'docker' in result ? result : null;
      if (!('docker' in result)) return absent(result);
      try {
        const image = await images.status(result, 'lab');
        const tried =
          image.state === 'present'
            ? await planes.report(result, image.tag, anew)
            : { known: [], unknown: 'the image that tries them is not built yet' };
        return present(result, image, tried, root);
      } catch (error) {
        const { message, next } = dockerFailure('The image cannot be looked up', error);
        return absent({ what: message, next: next ?? '' });
      }
    },

    async prepare(progress, signal, names = ['lab']) {
      const connection = await use();
      ready.clear();
      for (const name of names) {
        await images.build(connection, name, progress, signal);
        await imageOf(name);
      }
    },

    async allocate(session, names, ports) {
      const { docker } = await use();
      return told('No addresses were found', () => allocate(docker, session, names, ports));
    },

    async up(session, nodes, onNode, signal) {
      const { docker } = await use();
      const starts = nodes.map(async (node) => {
        await startNode(docker, session, node, await imageOf(node.image ?? 'lab'), signal);
        await withRules(docker, session.session, node);
        signal.throwIfAborted();
        onNode(node.name);
      });
      // All are waited for, even when one fails: whoever removes the session next must find everything there is.
      const failed = (await Promise.allSettled(starts)).find((start) => start.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },

    async control(session, node) {
      return openControl((await use()).docker, session, node);
    },

    async exec(session, node, command) {
      const { docker } = await use();
      if (command.beside === undefined) return openExec(docker, session, node, command);
      return openBeside(docker, session, node, await imageOf('lab'), command.command, command.beside);
    },

    async logs(session, node, listener) {
      const { docker } = await use();
      const starts = new Set<() => void>();
      const stopWatching = await events.subscribe((event) => {
        const started = event.kind === 'node-up' && event.session === session && event.node === node;
        if (started || event.kind === 'engine-back') for (const again of starts) again();
      });
      const stop = await followLogs(docker, session, node, listener, (again) => {
        starts.add(again);
        return () => starts.delete(again);
      }).catch((error: unknown) => {
        stopWatching();
        throw error;
      });
      return () => {
        stop();
        stopWatching();
      };
    },

    async power(session, node, action) {
      const { docker } = await use();
      const container = docker.getContainer(containerName(session, node));
      try {
        await powerActions[action](container);
        if (action !== 'start' && action !== 'restart') return;
        const { Config: config } = await container.inspect();
        const spec = nodeSpecOf(config.Labels);
        if (spec !== null) await withRules(docker, session, spec);
      } catch (error) {
        // 304: it is in that state already, which is what was asked for.
        if (statusOf(error) === 304) return;
        if (statusOf(error) === 404 || statusOf(error) === 409)
          throw await whyNotRunning(docker, session, node);
        throw dockerFailure(`${node}: ${action} failed`, error);
      }
    },

    watch: (listener) => events.subscribe(listener),

    async found() {
      try {
        return await foundSessions((await use()).docker);
      } catch (error) {
        throw dockerFailure('The engine was not asked for labs', error);
      }
    },

    async remove(session, nodes) {
      const { docker } = await use();
      await told('What runs was not removed', async () => {
        await removeContainers(docker, session, nodes);
        if (nodes === undefined) await removeNetworks(docker, session);
      });
    },

    dispose() {
      events.close();
      return Promise.resolve();
    },
  };
}

/** What the engine says, or the socket in its place, never reaches a person bare. */
async function told<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw dockerFailure(doing, error);
  }
}

type Container = ReturnType<Connection['docker']['getContainer']>;

const powerActions: Record<PowerAction, (container: Container) => Promise<unknown>> = {
  start: (container) => container.start(),
  stop: (container) => container.stop(),
  kill: (container) => container.kill(),
  restart: (container) => container.restart(),
  pause: (container) => container.pause(),
  resume: (container) => container.unpause(),
};

function imageMissing(tag: string): BlindspotError {
  return new BlindspotError({
    code: 'image-missing',
    message: `The engine has no image ${tag}.`,
    next: 'Build it with "npm run image -- build".',
  });
}

function orThrow(result: Connection | Diagnosis): Connection {
  if ('docker' in result) return result;
  throw new BlindspotError({ code: 'engine-missing', message: result.what, next: result.next });
}

function present(
  { name, version, endpoint, architecture }: Connection,
  image: EngineReport['image'],
  planes: PlanesReport,
  root: string,
): EngineReport {
  const absent = new Set<string>(planes.known.filter(({ works }) => !works).map(({ plane }) => plane));
  if (architecture !== quicArchitecture || quicAddon(root) === null) absent.add('quic');
  return {
    id: 'docker',
    name,
    available: true,
    version,
    endpoint,
    capabilities: capabilities.filter((capability) => !absent.has(capability)),
    diagnosis: null,
    image,
    planes,
  };
}

function absent({ what, next }: Diagnosis): EngineReport {
  return {
    id: 'docker',
    name: 'Docker',
    available: false,
    version: null,
    endpoint: null,
    capabilities: [],
    diagnosis: { what, next },
    image: null,
  };
}
