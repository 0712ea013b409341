import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import { BlindspotError } from '../../../contract/errors.ts';
import type { Allocation } from '../engine.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { label, networkLabels } from './labels.ts';
import { thisProcess } from './owner.ts';
import { block, freeBlock, gatewayOf, nodeAddress, prefixFor, routedBlocks, text } from './subnets.ts';
import type { Block } from './subnets.ts';

/**
 * One internal bridge a session: nodes reach each other and nothing else. Choosing a subnet and making the network is
 * one act, because only the engine can say that nobody else took the block meanwhile.
 */
const attempts = 8;

export function networkName(session: string): string {
  return `blindspot-${session}`;
}

export async function allocate(
  docker: Docker,
  session: string,
  names: readonly string[],
  ports: Readonly<Record<string, number>>,
): Promise<Allocation> {
  const name = networkName(session);
  const seed = createHash('sha256').update(session).digest().readUInt32BE(0);
  const refused: Block[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const taken = [...(await takenBlocks(docker)), ...refused];
    const chosen = freeBlock(taken, prefixFor(names.length), seed);
    if (chosen === null) break;
    if (await createNetwork(docker, session, chosen)) {
      return {
        networks: [{ name, subnet: text(chosen) }],
        nodes: Object.fromEntries(
          names.map((node, index) => [node, { address: nodeAddress(chosen, index), port: ports[node] ?? 0 }]),
        ),
      };
    }
    refused.push(chosen);
  }
  throw new BlindspotError({
    code: 'address-clash',
    message: 'No private network is free for the lab: what is tried overlaps with networks in use.',
    next: 'Remove networks that are no longer used ("docker network prune"), or leave a VPN that takes all private addresses.',
  });
}

/** False when somebody was faster: the caller chooses again. */
async function createNetwork(docker: Docker, session: string, chosen: Block): Promise<boolean> {
  try {
    await docker.createNetwork({
      Name: networkName(session),
      Driver: 'bridge',
      Internal: true,
      EnableIPv6: false,
      CheckDuplicate: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: text(chosen), Gateway: gatewayOf(chosen) }] },
      Labels: networkLabels(session, await thisProcess()),
    });
    return true;
  } catch (error) {
    const failure = dockerFailure('The lab’s network was not made', error);
    if (failure.code === 'address-clash') return false;
    throw failure;
  }
}

async function takenBlocks(docker: Docker): Promise<readonly Block[]> {
  const networks = await docker.listNetworks();
  const onEngine = networks
    .flatMap((network) => network.IPAM?.Config ?? [])
    .flatMap(({ Subnet: subnet }) => (subnet === undefined || subnet.includes(':') ? [] : [block(subnet)]));
  const onHost = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [block(cidr)] : []));
  // Routes without an address of our own, as a VPN has them. Only Linux prints them in a file.
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return [...onEngine, ...onHost, ...routedBlocks(routes)];
}

export async function removeNetworks(docker: Docker, session: string): Promise<void> {
  const networks = await docker.listNetworks({ filters: { label: [`${label.session}=${session}`] } });
  await Promise.all(networks.map(({ Id: id }) => removeNetwork(docker, id)));
}

/** The last container's endpoint may go a moment after the container itself. */
async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await docker.getNetwork(id).remove();
      return;
    } catch (error) {
      if (statusOf(error) === 404) return;
      const busy = error instanceof Error && /active endpoints/i.test(error.message);
      if (!busy || Date.now() > deadline) throw dockerFailure('The lab’s network was not removed', error);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
