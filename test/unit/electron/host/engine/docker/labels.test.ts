import { describe, expect, it } from 'vitest';
import {
  nodeLabels,
  nodeSpecOf,
  ownerOf,
  sessionSpecOf,
} from '../../../../../../electron/host/engine/docker/labels.ts';
import type { NodeSpec, SessionSpec } from '../../../../../../electron/host/engine/engine.ts';

const session: SessionSpec = {
  session: 's1',
  lab: 'green-but-500',
  scale: 20,
  startedAt: 1,
  allocation: {
    networks: [{ name: 'blindspot-s1', subnet: '10.201.0.0/26' }],
    nodes: { a: { address: '10.201.0.10', port: 8080 } },
  },
  nodeCount: 1,
};
const node: NodeSpec = {
  name: 'a',
  role: 'backend',
  address: '10.201.0.10',
  port: 8080,
  config: '{"node":"ä"}',
  memoryMiB: 64,
  pids: 64,
  sysctls: { 'net.ipv4.ip_forward': '1' },
  netfilter: { tool: 'nft', rules: 'flush ruleset\n' },
};
const owner = { host: 'h', process: { pid: 1, started: '2' } };

describe('labels', () => {
  it('carry everything that is needed to go on with a lab', () => {
    const labels = nodeLabels(session, node, owner);
    expect(labels).toMatchObject({
      'blindspot.lab': 'green-but-500',
      'blindspot.session': 's1',
      'blindspot.node': 'a',
    });
    expect(sessionSpecOf(labels)).toEqual(session);
    expect(nodeSpecOf(labels)).toEqual(node);
    expect(ownerOf(labels)).toEqual(owner);
  });

  it('keep a node’s capabilities, and nothing that only a plan knows', () => {
    const planned = { ...node, capabilities: ['NET_ADMIN'] as const, tier: 3, group: 'x' };
    expect(nodeSpecOf(nodeLabels(session, planned, owner))).toEqual({ ...node, capabilities: ['NET_ADMIN'] });
  });

  it('that are not ours read as nothing', () => {
    expect(sessionSpecOf({})).toBeNull();
    expect(nodeSpecOf({ 'blindspot.node-spec': 'not json' })).toBeNull();
  });
});
