import { expect, it } from 'vitest';
import type { Allocation } from '../../../../../electron/host/engine/engine.ts';
import { readLab } from '../../../../../electron/host/lab/lab-folder.ts';
import { nodeNames, nodePorts, plan } from '../../../../../electron/host/lab/plan.ts';

const folder = new URL('../../../../../labs/21-quic-connection-id', import.meta.url).pathname;

it('a node with two addresses is given both, its client sends from both, and a target carries its QUIC server id', async () => {
  const { lab, problems } = await readLab(folder);
  if (lab === null) throw new Error(JSON.stringify(problems));
  const ports = nodePorts(lab);
  const names = nodeNames(lab);
  const allocation: Allocation = {
    networks: [],
    nodes: Object.fromEntries(
      names.map((name, i) => [name, { address: `10.9.0.${i + 2}`, port: ports[name] ?? 0 }]),
    ),
  };
  const { nodes } = plan(lab, 0, { session: 's1', allocation, scale: 1 });
  const own = allocation.nodes.phones?.address;
  const second = allocation.nodes['phones-at-2']?.address;
  const phones = nodes.find(({ name }) => name === 'phones');
  expect(second).toBeDefined();
  expect(phones?.addresses).toEqual([second]);
  expect(JSON.parse(phones?.config ?? '{}')).toMatchObject({ settings: { sources: [own, second] } });
  const balancer = JSON.parse(nodes.find(({ name }) => name === 'balancer')?.config ?? '{}') as object;
  expect(balancer).toMatchObject({
    settings: { targets: [{ id: 'red', serverId: '00000000000000a1' }, {}, {}] },
  });
  expect(nodes.filter(({ addresses }) => addresses !== undefined)).toHaveLength(1);
});
