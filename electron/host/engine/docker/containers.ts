import type Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import type { NodeSpec, SessionSpec } from '../engine.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { label, nodeLabels } from './labels.ts';
import { thisProcess } from './owner.ts';
import type { Owner } from './owner.ts';

/** Grace between SIGTERM and SIGKILL on "stop": enough for a drain of a lab's length, short for a person waiting. */
const stopSeconds = 5;

export function containerName(session: string, node: string): string {
  return `blindspot-${session}-${node}`;
}

/** Everything a node may do is here, and it is little: no capabilities, no new ones, nothing to write but two tmpfs. */
export function containerOptions(
  session: SessionSpec,
  node: NodeSpec,
  image: string,
  owner: Owner,
): Docker.ContainerCreateOptions {
  const [network] = session.allocation.networks;
  if (network === undefined) throw new Error(`The session ${session.session} has no network.`);
  const capabilities = [...(node.capabilities ?? [])];
  const memory = node.memoryMiB * 1024 * 1024;
  return {
    name: containerName(session.session, node.name),
    Image: image,
    Hostname: node.name,
    Env: [
      `BLINDSPOT_ROLE=${node.role}`,
      `BLINDSPOT_NODE=${node.name}`,
      `BLINDSPOT_LAB=${session.lab}`,
      `BLINDSPOT_CONFIG=${node.config}`,
      // Interfaces and rules in here are the node's, and not the machine's.
      'BLINDSPOT_NETWORK=own',
    ],
    // What a person may do as root here is only what the lab's own work needs; everything else runs as nobody special.
    ...(capabilities.length === 0 ? {} : { User: '0' }),
    Labels: nodeLabels(session, node, owner),
    StopTimeout: stopSeconds,
    HostConfig: {
      NetworkMode: network.name,
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: {
        '/run': 'rw,nosuid,nodev,noexec,size=8m,mode=1777',
        '/tmp': 'rw,nosuid,nodev,size=64m,mode=1777',
      },
      Memory: memory,
      // Equal to the memory limit: no swap, so that a full node dies as it would in a cluster.
      MemorySwap: memory,
      PidsLimit: node.pids,
      Sysctls: node.sysctls,
      // Names answer even for a node that is stopped, as addresses in a target group do.
      ExtraHosts: hostLines(session),
      // Nobody outside is asked for a name, but on an internal network 20.10 leaves such a question without an answer.
      DnsOptions: ['timeout:1', 'attempts:1'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '4m', 'max-file': '2' } },
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network.name]: { IPAMConfig: { IPv4Address: node.address }, Aliases: aliases(session, node.name) },
      },
    },
  };
}

/**
 * Names beside its own by which a node is known: its sites, and the address that its group shares. The address comes from
 * the hosts file, but most programs ask for an IPv6 address of that name first, and only for a name that it knows does the
 * engine's own resolver say at once that there is none. Otherwise each curl would wait for ten seconds.
 */
export function aliases({ allocation, hosts = {} }: SessionSpec, node: string): string[] {
  const group = node.replace(/-\d+$/, '');
  const shared = [`${node}-vip`, `${group}-vip`].filter((name) => name in allocation.nodes);
  const sites = Object.entries(hosts).flatMap(([name, owner]) =>
    owner === node && !name.includes('*') ? [name] : [],
  );
  return [...new Set([node, ...shared, ...sites])];
}

function hostLines({ allocation: { nodes }, hosts = {} }: SessionSpec): string[] {
  const sites = Object.entries(hosts).flatMap(([name, node]) => {
    const place = nodes[node];
    return place === undefined ? [] : [`${name}:${place.address}`];
  });
  return [...Object.entries(nodes).map(([name, { address }]) => `${name}:${address}`), ...sites];
}

export async function startNode(
  docker: Docker,
  session: SessionSpec,
  node: NodeSpec,
  image: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const container = await docker.createContainer(
      containerOptions(session, node, image, await thisProcess()),
    );
    signal.throwIfAborted();
    await container.start();
  } catch (error) {
    signal.throwIfAborted();
    throw dockerFailure(`${node.name} did not start`, error);
  }
}

/** Kills and removes, of the whole session or only of the named nodes; what is gone already is fine. */
export async function removeContainers(
  docker: Docker,
  session: string,
  nodes?: readonly string[],
  limitMs = stuckMs,
): Promise<void> {
  const all = await docker.listContainers({ all: true, filters: { label: [`${label.session}=${session}`] } });
  const wanted = all.filter(({ Labels: labels }) => nodes?.includes(labels[label.node] ?? '') ?? true);
  const left = wanted.map(({ Id: id }) => id);
  const lane = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await removeContainer(docker, id, limitMs);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/**
 * Nodes removed at once. libnetwork of 20.10 takes two locks in one order as a node leaves a network, and in the other as it
 * notes that another has left: the more at once, the sooner it locks itself up for good.
 */
const lanes = 4;

/** Whoever waits for an engine that has locked itself up waits for ever. */
const stuckMs = 60_000;

async function removeContainer(docker: Docker, id: string, limitMs: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  const limit = AbortSignal.timeout(limitMs);
  for (;;) {
    try {
      await docker.getContainer(id).remove({ force: true, v: true, abortSignal: limit });
      return;
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (limit.aborted) {
        throw new BlindspotError({
          code: 'engine-failed',
          message: `The Docker engine has not removed a node within ${limitMs / 1000} s: it is stuck.`,
          next: 'Restart the Docker engine. What is left of the lab there is found by its labels.',
        });
      }
      // 409: somebody else is removing it; wait until that is done, because "removed" means gone.
      if (statusOf(error) !== 409 || Date.now() > deadline)
        throw dockerFailure('A node was not removed', error);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Why a node cannot be spoken to, in the words of its own state. */
export async function whyNotRunning(docker: Docker, session: string, node: string): Promise<BlindspotError> {
  const inspected = await docker
    .getContainer(containerName(session, node))
    .inspect()
    .catch(() => null);
  if (inspected === null) {
    return new BlindspotError({
      code: 'not-found',
      message: `${node} is not there any more.`,
      next: 'Start the lab again.',
      where: node,
    });
  }
  const { Status: status, ExitCode: code, OOMKilled: starved } = inspected.State;
  const how = starved ? 'ran out of memory' : `ended with exit code ${code}`;
  return new BlindspotError({
    code: 'node-not-running',
    message: status === 'exited' ? `${node} is not running: it ${how}.` : `${node} is ${status}.`,
    next: status === 'paused' ? 'Resume the node first.' : 'Start the node first.',
    where: node,
  });
}
