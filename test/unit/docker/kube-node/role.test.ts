import { describe, expect, it } from 'vitest';
import { kubeNodeRole } from '../../../../docker/kube-node/role.ts';
import { startProgram } from '../../../../docker/lib/start-program.ts';
import { kubeNodeConfigSchema } from '../../../../docker/protocol/kube-node.ts';

const settings = {
  service: 'shop/web:http',
  clusterAddress: '10.96.0.100',
  clusterPort: 80,
  nodePort: 30_080,
  targets: [{ id: 'backend-1', address: '10.9.0.4', port: 8080 }],
};

describe('kube-node', () => {
  // What it does with a network of its own is in test/integration/docker/kernel-planes.test.ts.
  it('writes no rule into the network of the machine that it shares', async () => {
    const config = kubeNodeConfigSchema.parse({
      role: 'kube-node',
      node: 'worker',
      admin: '/nowhere',
      settings,
    });
    await expect(startProgram(kubeNodeRole, config)).rejects.toThrow('needs a network of its own');
  });
});
