import type Docker from 'dockerode';
import { containerName } from './containers.ts';
import { helperLabels } from './labels.ts';

export interface HelperSpec {
  readonly session: string;
  readonly node: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly capabilities: readonly string[];
  /** What this one needs beside what every helper has. */
  readonly host: Pick<Docker.HostConfig, 'AutoRemove' | 'Tmpfs'>;
}

/** Decision 11: a container for a moment in a node's network namespace, with just these capabilities and nothing else. */
export function createHelper(docker: Docker, spec: HelperSpec): Promise<Docker.Container> {
  return docker.createContainer({
    Image: spec.image,
    User: '0',
    Entrypoint: [...spec.command],
    Labels: helperLabels(spec.session, spec.node),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: `container:${containerName(spec.session, spec.node)}`,
      CapDrop: ['ALL'],
      CapAdd: [...spec.capabilities],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Memory: 64 * 1024 * 1024,
      PidsLimit: 16,
      ...spec.host,
    },
  });
}
