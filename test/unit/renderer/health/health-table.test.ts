import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import HealthTable from '../../../../renderer/health/HealthTable.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { healthSample, nodeSample, rowSample, sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const bill = { from: 1000, to: 3000, requests: 312, users: 40, witness: 'client' };

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
