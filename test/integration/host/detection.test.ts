import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prove } from '../../../electron/host/checks/verify.ts';
import { enginesHere, hostForTest } from '../../support/host-on-engine.ts';

/** Who watches how; each with what the persona is by default, told only to look more often. */
const watchers = {
  'nlb-tcp': { role: 'l4', persona: 'nlb', protocol: 'tcp' },
  'nlb-http': { role: 'l4', persona: 'nlb', protocol: 'http' },
  'alb-http': { role: 'l7', persona: 'alb', protocol: 'http' },
  'haproxy-tcp': { role: 'l4', persona: 'haproxy', protocol: 'tcp' },
  'haproxy-http': { role: 'l7', persona: 'haproxy', protocol: 'http' },
  'envoy-tcp': { role: 'l4', persona: 'envoy', protocol: 'tcp' },
  'envoy-http': { role: 'l7', persona: 'envoy', protocol: 'http' },
} as const;
type Watcher = keyof typeof watchers;
const all = Object.keys(watchers) as Watcher[];
const byHttp = all.filter((name) => watchers[name].protocol === 'http');

const detection = (balancer: string, event: string, more = {}) => ({
  ...{ type: 'detection', balancer, target: 'backend-1', event, cause: 'fault' },
  ...more,
});
/**
 * NGINX judges by requests alone: 25 a second over two backends are one in 80 ms, and one that fails is enough. It tries
 * again, and evicts again, for as long as the door is closed; so it is judged first.
 */
const byRequests = { withinMs: [0, 5000] };
const doors = {
  refused: [detection('nginx', 'evicted', byRequests)],
  closed: all.map((name) => detection(name, 'evicted')),
  opened: all.map((name) => detection(name, 'returned')),
};
const answers = {
  broken: byHttp.map((name) => detection(name, 'evicted')),
  mended: byHttp.map((name) => detection(name, 'returned')),
};
const lab = {
  id: 'detection',
  title: 'Detection',
  theme: 'Test',
  question: 'Does every persona notice when its settings say it will?',
  minutes: 1,
  time: { scale: 10, note: 'Checks run ten times faster than they say.' },
  nodes: {
    client: { role: 'client', settings: { to: 'nginx', rate: 25, connections: 'new' } },
    ...Object.fromEntries(
      all.map((name) => {
        const { role, persona, protocol } = watchers[name];
        // The thresholds are each persona's own; the interval is the same for all, so that a proof takes seconds.
        const healthCheck = { protocol, path: '/health', intervalMs: 10_000, timeoutMs: 5000 };
        return [name, { role, settings: { persona, targets: 'backend', healthCheck } }];
      }),
    ),
    nginx: { role: 'l7', settings: { persona: 'nginx', targets: 'backend' } },
    backend: { role: 'backend', count: 2, settings: { keepAliveMs: 1000 } },
  },
  acts: Object.entries({ doors, answers }).map(([id, steps]) => ({
    id,
    steps: Object.entries(steps).map(([step, of]) => ({ id: step, check: { type: 'all', of } })),
  })),
  closing: {
    prompt: 'Does it?',
    right: 'yes',
    choices: [
      { value: 'yes', text: 'Yes', explain: 'Inside its window.' },
      { value: 'no', text: 'No', explain: 'Look again.' },
    ],
  },
};
const guideOf = (act: string, steps: object) =>
  `# ${act} {#${act}}\n\nA change, and back.\n\n${Object.keys(steps)
    .map((id) => `## ${id} {#${id}}\n\nDo it.\n\n### Hint\n\nLook.\n\n### Why\n\nSo.\n`)
    .join('\n')}`;
const guide = `# Detection\n\nFor machines.\n\n${guideOf('doors', doors)}\n${guideOf('answers', answers)}`;
const fault = (name: string) => ({ do: 'fault', node: 'backend-1', fault: name });
const heal = { do: 'heal', node: 'backend-1' };
const solution = {
  steps: {
    refused: [fault('refuse')],
    closed: [],
    opened: [heal],
    broken: [fault('always-status')],
    mended: [heal],
  },
  close: 'yes',
};

describe.each(enginesHere)('detection on %s', (engine) => {
  let host: Awaited<ReturnType<typeof hostForTest>>;

  beforeAll(async () => {
    host = await hostForTest();
    const folder = join(host.stateDir, 'labs', '90-detection');
    await mkdir(folder, { recursive: true });
    // JSON is YAML.
    await writeFile(join(folder, 'lab.yaml'), JSON.stringify(lab));
    await writeFile(join(folder, 'guide.md'), guide);
    await writeFile(join(folder, 'solution.yaml'), JSON.stringify(solution));
  });
  afterAll(async () => host.close());

  it('falls inside the predicted window for each persona, by TCP, by HTTP and by real requests', async () => {
    const proof = await prove(
      host.controller,
      await host.controller.shelf.lab('detection'),
      engine,
      () => undefined,
    );
    expect(proof.checks.at(-1)).toMatchObject({ id: 'mended', after: 'pass' });
    expect(proof).toMatchObject({ verdict: 'proved' });
  });
});
