import { beforeAll, describe, expect, it } from 'vitest';
import { speakingOrder } from '../../../../../docker/protocol/speaker.ts';
import { configSchemas } from '../../../../../docker/protocol/role.ts';
import type { Allocation } from '../../../../../electron/host/engine/engine.ts';
import { concreteActions } from '../../../../../electron/host/lab/actions.ts';
import { diff } from '../../../../../electron/host/lab/diff.ts';
import { labDocument, labSummary, missing } from '../../../../../electron/host/lab/document.ts';
import type { Lab } from '../../../../../electron/host/lab/lab.ts';
import { readLab } from '../../../../../electron/host/lab/lab-folder.ts';
import { picks } from '../../../../../electron/host/lab/pick.ts';
import { nodeNames, nodePorts, plan } from '../../../../../electron/host/lab/plan.ts';

const folder = new URL('../../../../../labs/01-green-but-500', import.meta.url).pathname;

let lab: Lab;
let allocation: Allocation;

beforeAll(async () => {
  const read = await readLab(folder);
  if (read.lab === null) throw new Error(JSON.stringify(read.problems));
  lab = read.lab;
  const ports = nodePorts(lab);
  allocation = {
    networks: [{ name: 'lab', subnet: '10.9.0.0/26' }],
    nodes: Object.fromEntries(
      nodeNames(lab).map((name, i) => [name, { address: `10.9.0.${i + 2}`, port: ports[name] ?? 0 }]),
    ),
  };
});

function planned(act: number, scale = 20) {
  return plan(lab, act, { session: 's1', allocation, scale });
}

function config(name: string, act = 0, scale = 20): Record<string, unknown> {
  const node = planned(act, scale).nodes.find((one) => one.name === name);
  return JSON.parse(node?.config ?? '{}') as Record<string, unknown>;
}

describe('plan', () => {
  it('has every node of the act and no other', () => {
    expect(planned(0).nodes.map((node) => node.name)).toEqual([
      'client',
      'balancer',
      ...Array.from({ length: 10 }, (_, i) => `backend-${i + 1}`),
    ]);
    expect(planned(2).nodes.map((node) => node.name)).toContain('worker');
    expect(nodeNames(lab)).toHaveLength(13);
    expect(nodePorts(lab)).toMatchObject({ balancer: 8080, 'backend-10': 8080, worker: 30_080 });
    expect(nodePorts(lab)).not.toHaveProperty('client');
  });

  it('gives each program a config that its own schema takes', () => {
    for (const node of planned(2).nodes) {
      expect(configSchemas[node.role].safeParse(JSON.parse(node.config)).error).toBeUndefined();
    }
  });

  it('turns names into addresses', () => {
    expect(config('client')).toMatchObject({
      settings: { address: allocation.nodes.balancer?.address, port: 8080 },
    });
    const { targets } = config('balancer').settings as { targets: { id: string; address: string }[] };
    expect(targets).toHaveLength(10);
    expect(targets[2]).toMatchObject({ id: 'backend-3', address: allocation.nodes['backend-3']?.address });
  });

  it('scales timers and says so by the scale alone', () => {
    expect(config('balancer')).toMatchObject({
      settings: { healthCheck: { intervalMs: 500 }, drainMs: 15_000 },
    });
    expect(config('balancer', 0, 1)).toMatchObject({ settings: { healthCheck: { intervalMs: 10_000 } } });
    expect(config('client')).toMatchObject({ settings: { totalTimeoutMs: 30_000 } });
  });

  it('samples requests by one ratio on every hop', () => {
    expect(
      new Set(
        planned(2).nodes.map((node) => (JSON.parse(node.config) as { sampleOneIn: number }).sampleOneIn),
      ),
    ).toEqual(new Set([5]));
  });

  it('puts nodes in tiers', () => {
    expect(
      planned(0)
        .nodes.map((node) => node.tier)
        .slice(0, 3),
    ).toEqual([0, 1, 3]);
  });

  it('gives the Kubernetes node its endpoints, forwarding and what it may do, and nobody else', () => {
    const worker = planned(2).nodes.find((node) => node.name === 'worker');
    expect(worker?.sysctls).toMatchObject({ 'net.ipv4.ip_forward': '1' });
    expect(worker?.capabilities).toEqual(['NET_ADMIN', 'NET_RAW']);
    expect(config('worker', 2)).toMatchObject({
      settings: { nodePort: 30_080, targets: { length: 10 }, clusterAddress: '10.96.0.100' },
    });
    expect(planned(2).nodes.filter((node) => node.capabilities !== undefined)).toHaveLength(1);
  });
});

describe('diff', () => {
  it('keeps what is the same, brings what is new, drops what is not wanted', () => {
    expect(diff(planned(0), planned(1))).toEqual({ add: [], remove: [] });
    expect(diff(planned(1), planned(2)).add.map((node) => node.name)).toEqual(['worker']);
    expect(diff(planned(2), planned(0))).toEqual({ add: [], remove: ['worker'] });
  });

  it('recreates a node whose spec differs', () => {
    const { add, remove } = diff(planned(0, 20), planned(0, 10));
    expect(add.map((node) => node.name)).toEqual(['balancer']);
    expect(remove).toEqual(['balancer']);
  });
});

describe('needs', () => {
  it('are the data paths of an act’s nodes, too, where there is a kernel that could have them', () => {
    expect(missing(lab, 2, ['docker', 'kernel', 'kube-proxy'])).toEqual([]);
    expect(missing(lab, 2, ['docker', 'kernel'])).toEqual(['kube-proxy']);
    expect(missing(lab, 2, ['addresses'])).toEqual(['docker', 'kernel']);
    expect(missing(lab, 0, ['docker', 'kernel'])).toEqual([]);
  });
});

describe('pick', () => {
  it('is the same for the same session, and goes round all of them over many', () => {
    expect(picks(lab, 'abc', allocation)).toEqual(picks(lab, 'abc', allocation));
    const seen = new Set(
      Array.from({ length: 400 }, (_, i) => picks(lab, `session-${i}`, allocation).culprit),
    );
    expect(seen.size).toBe(10);
  });

  it('of a group that shares an address may be who speaks for it, and who is next', () => {
    const workers: Lab = {
      ...lab,
      nodes: {
        worker: {
          role: 'kube-node',
          count: 3,
          settings: {},
          network: { virtual: true, arp: 'quiet', holds: [] },
        },
      },
      file: {
        ...lab.file,
        pick: { first: { from: 'worker', by: 'speaker' }, next: { from: 'worker', by: 'next-speaker' } },
      },
    };
    const at = (address: string): Allocation => ({
      networks: [],
      nodes: { 'worker-vip': { address, port: 30_080 } },
    });
    const names = ['worker-1', 'worker-2', 'worker-3'];
    for (const address of ['10.9.0.9', '10.9.0.10', '10.9.0.11']) {
      const [first, next] = speakingOrder(names, address);
      expect(picks(workers, 'any', at(address))).toEqual({ first, next });
    }
  });
});

describe('actions', () => {
  const context = (act: number) => ({ lab, act, session: 's1', allocation });

  it('spell out groups and variables', () => {
    const begin = concreteActions(lab.acts[0]?.begin ?? [], context(0));
    expect(begin.filter((one) => one.do === 'heal')).toHaveLength(10);
    expect(begin.at(-1)).toEqual({
      do: 'fault',
      node: picks(lab, 's1', allocation).culprit,
      fault: 'always-status',
      with: { status: 500 },
      scope: {},
    });
  });

  it('turn targets into addresses, and leave a patch a patch', () => {
    const set = concreteActions(lab.acts[2]?.begin ?? [], context(2)).find(
      (one) => one.do === 'set' && one.node === 'balancer',
    );
    expect(set).toEqual({
      do: 'set',
      node: 'balancer',
      settings: {
        targets: [{ id: 'worker', address: allocation.nodes.worker?.address, port: 30_080 }],
        healthCheck: {
          protocol: 'http',
          path: '/health',
          successCodes: '200',
          intervalMs: 1000,
          timeoutMs: 6000,
        },
      },
    });
  });

  it('fill a variable into a command, and leave the shell its own', () => {
    const [run, answer] = concreteActions(lab.solution.steps.find ?? [], context(0));
    const culprit = picks(lab, 's1', allocation).culprit;
    expect(run).toMatchObject({ do: 'run', node: 'client', expect: `${culprit} 500` });
    expect(run).toHaveProperty('command', expect.stringContaining('http://backend-$n:8080/'));
    expect(answer).toEqual({ do: 'answer', step: 'find', value: culprit });
  });
});

describe('document', () => {
  it('says which act cannot run here, and does not give answers away', () => {
    const document = labDocument(lab, ['addresses', 'signals', 'shell'], 20);
    expect(document.acts.map((act) => act.missing)).toEqual([[], [], ['docker', 'kernel']]);
    expect(JSON.stringify(document.acts)).not.toContain('"holds"');
    expect(document.closing).not.toHaveProperty('right');
    expect(document.acts[0]?.steps[1]?.answer?.choices).toHaveLength(10);
  });

  it('every step has text, a hint, a why and words for what it expects', () => {
    for (const step of labDocument(lab, null, 20).acts.flatMap((act) => act.steps)) {
      expect(step.text, step.id).not.toBe('');
      expect(step.hints.length, step.id).toBeGreaterThan(0);
      expect(step.why, step.id).not.toBe('');
      expect(step.expects, step.id).not.toBe('');
    }
  });

  it('summarises for the catalogue', () => {
    const report = { name: '', available: true, version: null, endpoint: null, diagnosis: null, image: null };
    const engines = [
      { ...report, id: 'docker', capabilities: [] },
      { ...report, id: 'local', capabilities: [], available: false },
    ] as const;
    expect(labSummary(lab, engines, new Set(['see', 'find']))).toMatchObject({
      engines: ['docker'],
      acts: 3,
      steps: 8,
      passed: 2,
    });
  });
});
