import type { Endpoint } from './endpoints.ts';

/** Why one endpoint did not give an engine. */
export interface Attempt {
  readonly endpoint: Endpoint;
  readonly problem:
    'absent' | 'denied' | 'refused' | 'silent' | 'windows-containers' | 'architecture' | 'failed';
  readonly detail: string;
}

export interface Diagnosis {
  readonly what: string;
  readonly next: string;
}

const stillRuns = 'Labs that need no containers run on the embedded engine meanwhile.';

/** One cause and one next step out of many attempts: what came closest to an engine is what is worth telling. */
export function diagnose(attempts: readonly Attempt[], platform: NodeJS.Platform): Diagnosis {
  const order: readonly Attempt['problem'][] = [
    'windows-containers',
    'architecture',
    'denied',
    'silent',
    'refused',
    'failed',
  ];
  for (const problem of order) {
    const attempt = attempts.find((candidate) => candidate.problem === problem);
    if (attempt !== undefined) return explain(attempt, platform);
  }
  const [first] = attempts;
  if (first?.endpoint.from === 'DOCKER_HOST') {
    return {
      what: `DOCKER_HOST says ${first.endpoint.url}, and there is nothing there.`,
      next: 'Start that engine, or unset DOCKER_HOST so that the usual places are tried.',
    };
  }
  return { what: 'No Docker engine was found on this machine.', next: `${install(platform)} ${stillRuns}` };
}

function explain({ endpoint, problem, detail }: Attempt, platform: NodeJS.Platform): Diagnosis {
  const { url, from } = endpoint;
  switch (problem) {
    case 'windows-containers':
      return {
        what: `The engine at ${url} runs Windows containers; the labs are Linux.`,
        next: 'Docker Desktop: "Switch to Linux containers" in the menu of its tray icon.',
      };
    case 'architecture':
      return {
        what: `The engine at ${url} runs on ${detail}; the image is made for amd64 and arm64.`,
        next: 'Point DOCKER_HOST at an engine on one of those.',
      };
    case 'denied':
      return {
        what: `A Docker engine is there (${url}), but this user may not use it.`,
        next:
          platform === 'linux'
            ? 'Add yourself to the docker group with "sudo usermod -aG docker $USER", then log in again.'
            : 'Start the app as the user who runs Docker.',
      };
    case 'silent':
      return {
        what: `The Docker engine at ${url} (${from}) does not answer: ${detail}.`,
        next: 'It may still be starting: wait a little and look again, or restart it.',
      };
    case 'refused':
      return { what: `Docker is installed (${from}, ${url}) but not running.`, next: start(platform) };
    case 'absent':
    case 'failed':
      return {
        what: `The Docker engine at ${url} (${from}) cannot be used: ${detail}.`,
        next: start(platform),
      };
  }
}

function start(platform: NodeJS.Platform): string {
  return platform === 'linux' ? 'Start it: "sudo systemctl start docker".' : 'Start Docker Desktop.';
}

function install(platform: NodeJS.Platform): string {
  return platform === 'linux'
    ? 'Install it, on Debian or Ubuntu with "sudo apt install docker.io".'
    : 'Install and start Docker Desktop (or Podman, or Colima).';
}
