import { posix } from 'node:path';

/** Where a Docker engine may answer, best guess first. Pure: what is known of the machine in, candidates out. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly uid: number | null;
  /** `currentContext` of the Docker client's config.json. */
  readonly currentContext: string | null;
  readonly contexts: readonly { readonly name: string; readonly host: string }[];
}

export interface Endpoint {
  /** unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host. */
  readonly url: string;
  /** Who named it, in words a person knows. */
  readonly from: string;
}

/** DOCKER_HOST is an order, as it is for Docker's own client: nothing else is tried beside it. */
export function endpoints(around: Surroundings): readonly Endpoint[] {
  const ordered = around.env.DOCKER_HOST;
  if (ordered !== undefined && ordered !== '') return [{ url: normal(ordered), from: 'DOCKER_HOST' }];
  return unique([...contextEndpoint(around), ...usualEndpoints(around)]);
}

function contextEndpoint({ env, currentContext, contexts }: Surroundings): Endpoint[] {
  const name = env.DOCKER_CONTEXT ?? currentContext;
  const context = contexts.find((candidate) => candidate.name === name);
  return context === undefined
    ? []
    : [{ url: normal(context.host), from: `the Docker context "${context.name}"` }];
}

function usualEndpoints({ platform, env, home, uid }: Surroundings): Endpoint[] {
  if (platform === 'win32') {
    return [
      { url: 'npipe:////./pipe/docker_engine', from: 'Docker' },
      { url: 'npipe:////./pipe/dockerDesktopLinuxEngine', from: 'Docker Desktop' },
      { url: 'npipe:////./pipe/podman-machine-default', from: 'Podman' },
    ];
  }
  const runtime = env.XDG_RUNTIME_DIR ?? (uid === null ? null : `/run/user/${uid}`);
  const inHome = (path: string, from: string): Endpoint => ({
    url: `unix://${posix.join(home, path)}`,
    from,
  });
  return [
    { url: 'unix:///var/run/docker.sock', from: 'Docker' },
    inHome('.docker/run/docker.sock', 'Docker Desktop'),
    inHome('.docker/desktop/docker.sock', 'Docker Desktop'),
    ...(runtime === null ? [] : [{ url: `unix://${runtime}/docker.sock`, from: 'rootless Docker' }]),
    inHome('.colima/default/docker.sock', 'Colima'),
    ...(runtime === null ? [] : [{ url: `unix://${runtime}/podman/podman.sock`, from: 'rootless Podman' }]),
    { url: 'unix:///run/podman/podman.sock', from: 'Podman' },
    inHome('.local/share/containers/podman/machine/podman.sock', 'Podman'),
  ];
}

/** DOCKER_HOST may be a bare path or host:port; Docker's client reads those so, too. */
function normal(host: string): string {
  if (host.includes('://')) return host;
  return host.startsWith('/') ? `unix://${host}` : `tcp://${host}`;
}

function unique(candidates: readonly Endpoint[]): readonly Endpoint[] {
  return candidates.filter(({ url }, index) => candidates.findIndex((other) => other.url === url) === index);
}
