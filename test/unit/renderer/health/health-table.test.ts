import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import HealthTable from '../../../../renderer/health/HealthTable.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { healthSample, nodeSample, rowSample, sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const bill = { from: 1000, to: 3000, requests: 312, named: 312, users: 40, witness: 'client' };

test('every target has a row with its state, its last probe and its counter', async () => {
  const host = fakeHost();
  const failed = { at: 2000, ok: false, code: 'L7STS', detail: 'HTTP 500', ms: 2 };
  const sick = rowSample('backend-2', { failures: 1, lastProbe: failed, probes: [failed] });
  host.publish('health', healthSample([rowSample('backend-1'), sick]));
  draw(HealthTable, { session: sessionSample() }, host);
  const row = await screen.findByTestId('health-backend-2');
  expect(row.dataset.state).toBe('healthy');
  expect(within(row).getByText('L7STS')).toBeTruthy();
  expect(within(row).getByRole('img', { name: '1 of 2 failures to leave' })).toBeTruthy();
  expect(screen.getByTestId('healthy-count').textContent).toBe('2 of 2 healthy');
});

test('an eviction is held against its prediction, with the bill', async () => {
  const host = fakeHost();
  const measured = {
    what: 'evicted',
    ms: 900,
    from: 'new settings of balancer',
    predictedMs: [500, 1500],
  } as const;
  host.publish(
    'health',
    healthSample([rowSample('backend-2', { state: 'unhealthy', passes: 2, measured, bill })]),
  );
  draw(HealthTable, { session: sessionSample() }, host);
  const row = await screen.findByTestId('health-backend-2');
  expect(row.dataset.state).toBe('unhealthy');
  expect(within(row).getByRole('img', { name: '2 of 5 passes to return' })).toBeTruthy();
  expect(screen.getByText('0.9 s')).toBeTruthy();
  expect(screen.getByText(/predicted 0.5 s to 1.5 s/)).toBeTruthy();
  expect(screen.getByText('312 requests, 40 users')).toBeTruthy();
});

test('while finding the culprit is the exercise its bill stays hidden', async () => {
  const host = fakeHost();
  host.publish('health', healthSample([rowSample('backend-2', { bill })]));
  draw(
    HealthTable,
    { session: sessionSample({ nodes: [nodeSample('backend-2', { mystery: true })] }) },
    host,
  );
  await screen.findByTestId('health-backend-2');
  expect(screen.queryByText('312 requests, 40 users')).toBeNull();
});

test('no data is drawn as no data', async () => {
  const host = fakeHost();
  draw(HealthTable, { session: sessionSample() }, host);
  expect(await screen.findByText('No data')).toBeTruthy();
});

test('a kubelet says which pods are ready, and what each probe found', async () => {
  const host = fakeHost();
  const probe = { kind: 'readiness', result: 'failure', inARow: 2, detail: 'HTTP 503' } as const;
  const pod = {
    phase: 'running',
    ready: true,
    restarts: 0,
    until: null,
    published: 'ready',
    probes: [],
  } as const;
  host.publish('health', {
    balancers: [],
    kubelets: [
      {
        kubelet: 'kubelet',
        pods: [
          { ...pod, pod: 'pod-1' },
          { ...pod, pod: 'pod-2', ready: false, restarts: 3, published: 'not-ready', probes: [probe] },
        ],
      },
    ],
  });
  draw(HealthTable, { session: sessionSample() }, host);
  expect((await screen.findByTestId('ready-count')).textContent).toBe('1 of 2 pods ready');
  const row = screen.getByTestId('pod-pod-2');
  expect(within(row).getByTitle('HTTP 503').textContent).toContain('readiness');
  expect(within(row).getByText('not-ready')).toBeTruthy();
});

test('balancers that judge the same target stand beside each other, at the top', async () => {
  const host = fakeHost();
  const { balancers, ...rest } = healthSample([]);
  const [one] = balancers;
  if (one === undefined) throw new Error('The sample has a balancer.');
  const of = (balancer: string, target: string) => ({ ...one, balancer, rows: [rowSample(target)] });
  host.publish('health', {
    ...rest,
    balancers: [of('sql', 'postgres'), of('cache', 'redis'), of('queue', 'mqtt'), of('real', 'redis')],
  });
  draw(HealthTable, { session: sessionSample() }, host);
  await screen.findByTestId('health-postgres');
  const rows = screen.getAllByTestId(/^health-/).map((row) => row.dataset.testid);
  expect(rows).toEqual(['health-redis', 'health-redis', 'health-postgres', 'health-mqtt']);
});
