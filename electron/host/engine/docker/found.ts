import type Docker from 'dockerode';
import type { FoundSession } from '../engine.ts';
import { containerName } from './containers.ts';
import { label, nodeSpecOf, ownerOf, sessionSpecOf } from './labels.ts';
import { isOtherAlive } from './owner.ts';

/** Every session of ours on the engine, from labels alone. */
export async function foundSessions(docker: Docker): Promise<readonly FoundSession[]> {
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters: { label: [label.session] } }),
    docker.listNetworks({ filters: { label: [label.session] } }),
  ]);
  const sessions = new Set(
    [...containers, ...networks].map(({ Labels: labels }) => labels?.[label.session] ?? ''),
  );
  return Promise.all(
    [...sessions].map((session) =>
      foundSession(
        session,
        containers.filter(
          ({ Labels: labels }) => labels[label.session] === session && labels[label.kind] === 'node',
        ),
        networks.filter(({ Labels: labels }) => labels?.[label.session] === session),
      ),
    ),
  );
}

async function foundSession(
  session: string,
  containers: readonly Docker.ContainerInfo[],
  networks: readonly Docker.NetworkInspectInfo[],
): Promise<FoundSession> {
  // Acts may have added nodes later: the newest container knows the session best.
  const [newest] = [...containers].sort((a, b) => b.Created - a.Created);
  const spec = newest === undefined ? null : sessionSpecOf(newest.Labels);
  const present = containers.map(({ Labels: labels, State: state }) => {
    const name = labels[label.node] ?? '';
    return {
      name,
      role: labels[label.role] ?? '',
      running: state === 'running',
      container: containerName(session, name),
      config: nodeSpecOf(labels)?.config ?? '',
    };
  });
  const owner = ownerOf(newest?.Labels ?? networks[0]?.Labels ?? {});
  const complete =
    spec !== null &&
    present.length >= spec.nodeCount &&
    networks.length >= spec.allocation.networks.length &&
    present.every(({ config }) => config !== '');
  return {
    session,
    lab: newest?.Labels[label.lab] ?? '',
    engine: 'docker',
    complete,
    busy: !complete && owner !== null && (await isOtherAlive(owner)),
    running: present.filter(({ running }) => running).length,
    nodes: spec?.nodeCount ?? present.length,
    startedAt: spec?.startedAt ?? null,
    spec,
    present,
  };
}
