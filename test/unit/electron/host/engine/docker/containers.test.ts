import { describe, expect, it } from 'vitest';
import { aliases } from '../../../../../../electron/host/engine/docker/containers.ts';
import type { SessionSpec } from '../../../../../../electron/host/engine/engine.ts';

const place = { address: '10.9.0.2', port: 8080 };
const session: SessionSpec = {
  session: 's1',
  lab: 'l',
  scale: 1,
  startedAt: 0,
  nodeCount: 4,
  allocation: {
    networks: [],
    nodes: Object.fromEntries(
      ['client', 'worker-1', 'worker-2', 'worker-vip', 'dsr', 'dsr-vip'].map((name) => [name, place]),
    ),
  },
  hosts: { 'app.lab': 'dsr', 'other.lab': 'client' },
};

describe('the names of a container', () => {
  it('are its own, the address that its group shares, and its sites: a name that is not known is waited for', () => {
    expect(aliases(session, 'client')).toEqual(['client', 'other.lab']);
    expect(aliases(session, 'worker-2')).toEqual(['worker-2', 'worker-vip']);
    expect(aliases(session, 'dsr')).toEqual(['dsr', 'dsr-vip', 'app.lab']);
  });
});
