//  a network of its own, with one made-up neighbour --> each data path: opened, given rules, read, closed --> works, or why not
import { l4SettingsSchema } from '../protocol/balancer.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { KernelPlane as PlaneName, PlaneTrial } from '../protocol/kernel.ts';
import { kubeProxy } from './kube-proxy.ts';
import { device } from './own-network.ts';
import { openPlane } from './planes.ts';
import { runTool } from './tool.ts';

/** RFC 5737: addresses that are nobody's. */
const front = { address: '192.0.2.9', port: 8080, virtual: true };
const targets = ['192.0.2.2', '192.0.2.3'].map((address, index) => ({
  id: `target-${index + 1}`,
  address,
  port: front.port,
  weight: 1,
}));

/** Asking a kernel is surer than reading its version: modules may be missing, and rights, and a compiler for the image. */
export async function tryPlanes(): Promise<readonly PlaneTrial[]> {
  await makeNetwork();
  return [
    await tried('kube-proxy', tryKubeProxy),
    await tried('nft-dnat', () => tryPlane('nft-dnat', 'round-robin')),
    await tried('dsr', () => tryPlane('dsr', 'flow-hash')),
    await tried('xdp', () => tryPlane('xdp', 'maglev')),
    await tried('ipvs', () => tryPlane('ipvs', 'round-robin')),
  ];
}

/** A pair of interfaces rather than a dummy one: containers have them everywhere. */
async function makeNetwork(): Promise<void> {
  const lines = [
    `link add ${device} type veth peer name ${device}-peer`,
    `address add 192.0.2.1/24 dev ${device}`,
    `link set dev ${device}-peer up`,
    `link set dev ${device} up`,
    ...targets.map(
      ({ address }, index) =>
        `neighbour replace ${address} lladdr 02:00:00:00:00:0${index + 2} dev ${device} nud permanent`,
    ),
  ];
  await runTool('ip', ['-batch', '-'], `${lines.join('\n')}\n`);
}

async function tried(plane: PlaneTrial['plane'], work: () => Promise<void>): Promise<PlaneTrial> {
  try {
    await work();
    return { plane, works: true, detail: '' };
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { plane, works: false, detail: first };
  }
}

async function tryPlane(plane: PlaneName, algorithm: L4Settings['algorithm']): Promise<void> {
  const settings = l4SettingsSchema.parse({ plane, algorithm, guard: { ratePerSource: 100 } });
  const opened = await openPlane(settings, front);
  await opened.serve({ serving: targets, known: targets, settings });
  await opened.read();
  await opened.close();
}

async function tryKubeProxy(): Promise<void> {
  const service = {
    name: 'trial/trial:http',
    protocol: 'tcp',
    clusterAddress: '10.96.0.100',
    clusterPort: 80,
    nodePort: 30_080,
    endpoints: targets,
    affinitySeconds: 10_800,
  } as const;
  const proxy = kubeProxy();
  await proxy.sync(service);
  await proxy.read(service);
}
