import type { KernelRule } from '../protocol/stats.ts';
import { endpointChain, kubeProxyBase, kubeProxyRules, serviceChain } from './kube-proxy-rules.ts';
import type { KubeEndpoint, KubeService } from './kube-proxy-rules.ts';
import { runningCount } from './running-count.ts';
import { runTool } from './tool.ts';

/** What the nat table says of the service, counted since this node is up: rewriting a chain starts its own counters anew. */
export interface KubeReading {
  readonly accepted: number;
  /** Connections given to an endpoint, by `address:port`. */
  readonly opened: ReadonlyMap<string, number>;
  readonly rules: readonly KernelRule[];
}

export interface KubeProxy {
  sync(service: KubeService): Promise<void>;
  read(service: KubeService): Promise<KubeReading>;
}

/** kube-proxy's iptables mode: the same restore, without flushing what is not its own. */
export function kubeProxy(): KubeProxy {
  const endpoints = new Map<string, KubeEndpoint>();
  const opened = runningCount();
  const accepted = runningCount();
  let hooked = false;
  let served: readonly KubeEndpoint[] = [];

  const read = async (service: KubeService): Promise<KubeReading> => {
    const rules = parseSaved(await runTool('iptables-save', ['-c', '-t', 'nat']));
    for (const [place, end] of endpoints) {
      const rule = rules.find(
        ({ chain, text }) => chain === endpointChain(service, end) && text.includes('-j DNAT'),
      );
      opened.see(place, rule?.packets ?? 0);
    }
    const entrances = rules.filter(
      ({ chain, text }) => text.endsWith(`-j ${serviceChain(service)}`) && chain !== '',
    );
    for (const { chain, packets } of entrances) accepted.see(chain, packets ?? 0);
    return {
      accepted: [...accepted.all().values()].reduce((sum, count) => sum + count, 0),
      opened: opened.all(),
      rules: inOrderOfInterest(rules),
    };
  };

  return {
    async sync(service) {
      if (!hooked) await runTool('iptables-restore', ['--noflush'], kubeProxyBase);
      else await read(service);
      hooked = true;
      const now = new Set(service.endpoints.map(placeOf));
      const gone = served.filter((end) => !now.has(placeOf(end)));
      for (const end of service.endpoints) endpoints.set(placeOf(end), end);
      await runTool('iptables-restore', ['--noflush', '--counters'], kubeProxyRules(service, gone));
      served = service.endpoints;
    },
    read,
  };
}

export function placeOf({ address, port }: KubeEndpoint): string {
  return `${address}:${port}`;
}

const foremost = ['KUBE-SVC-', 'KUBE-SEP-'];

/** Where the choice is made, where it leads to, and the rest as iptables-save has it. */
export function inOrderOfInterest(rules: readonly KernelRule[]): readonly KernelRule[] {
  const rank = ({ chain }: KernelRule) => {
    const at = foremost.findIndex((start) => chain.startsWith(start));
    return at === -1 ? foremost.length : at;
  };
  return rules.filter((rule) => !isOfDocker(rule)).toSorted((a, b) => rank(a) - rank(b));
}

/** Docker's own, for the name server of its networks, stand in each container's table and have no part in the service. */
function isOfDocker({ chain, text }: KernelRule): boolean {
  return chain.startsWith('DOCKER_') || text.includes(' -j DOCKER_');
}

/** `[packets:bytes] -A CHAIN rule`, as iptables-save -c prints it. */
export function parseSaved(text: string): readonly KernelRule[] {
  return text.split('\n').flatMap((line): KernelRule[] => {
    const found = /^\[(\d+):(\d+)\] -A (\S+) (.*)$/.exec(line);
    if (found === null) return [];
    return [
      { chain: found[3] ?? '', text: found[4] ?? '', packets: Number(found[1]), bytes: Number(found[2]) },
    ];
  });
}
