import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import LabState from '../../../../renderer/shell/LabState.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { appSample, sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

test('a failed lab names what happened and the one next step', async () => {
  const host = fakeHost();
  host.publish('app', appSample());
  const error = { code: 'disk-full', message: 'No space left.', next: 'Free some.' } as const;
  draw(LabState, { session: sessionSample({ phase: 'failed', error }) }, host);
  const alert = await screen.findByRole('alert');
  expect(alert.dataset.code).toBe('disk-full');
  expect(alert.textContent).toContain('Free some.');
  expect(screen.getByRole('button', { name: 'Start the lab again' })).toBeTruthy();
});

test('an engine that stopped answering is said, though the lab itself has no error', async () => {
  const host = fakeHost();
  host.publish('app', appSample());
  draw(LabState, { session: sessionSample({ engine: 'docker' }) }, host);
  expect((await screen.findByRole('alert')).dataset.code).toBe('engine-lost');
});

test('a lab whose every node has stopped says so, and offers to start it again', async () => {
  const host = fakeHost();
  host.publish('app', appSample());
  const running = sessionSample();
  const nodes = running.nodes.map((node) => ({ ...node, state: 'stopped' as const }));
  draw(LabState, { session: { ...running, nodes } }, host);
  expect((await screen.findByRole('alert')).dataset.code).toBe('node-not-running');
  expect(screen.getByRole('button', { name: 'Start the lab again' })).toBeTruthy();
});

test('one node that has stopped is no reason to say anything', () => {
  const host = fakeHost();
  host.publish('app', appSample());
  const running = sessionSample();
  const nodes = running.nodes.map((node, index) =>
    index === 0 ? { ...node, state: 'stopped' as const } : node,
  );
  draw(LabState, { session: { ...running, nodes } }, host);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('long work shows its steps and can be cancelled', async () => {
  const host = fakeHost();
  host.answer('work.cancel', () => null);
  const steps = [
    { title: 'Networks', state: 'done', detail: '', ms: 120 },
    { title: 'Nodes', state: 'running', detail: '3 of 12', ms: null },
  ] as const;
  host.publish(
    'app',
    appSample({ work: { id: 'w1', title: 'Starting', startedAt: 1, cancellable: true, steps } }),
  );
  draw(LabState, { session: sessionSample({ phase: 'starting' }) }, host);
  expect(await screen.findByText('3 of 12')).toBeTruthy();
  expect(screen.getByRole('progressbar').getAttribute('value')).toBe('1');
  await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(host.calls).toContainEqual({ name: 'work.cancel', params: { work: 'w1' } });
});

test('two images that are built by steps of the same names are both shown', async () => {
  const host = fakeHost();
  const steps = [
    { title: 'Building the image', state: 'done', detail: 'of our programs', ms: 120 },
    { title: 'Building the image', state: 'running', detail: 'of real systems', ms: null },
  ] as const;
  host.publish(
    'app',
    appSample({ work: { id: 'w1', title: 'Starting', startedAt: 1, cancellable: true, steps } }),
  );
  draw(LabState, { session: sessionSample({ phase: 'starting' }) }, host);
  expect(await screen.findByText('of real systems')).toBeTruthy();
  expect(screen.getByText('of our programs')).toBeTruthy();
});
