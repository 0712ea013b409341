import { fireEvent, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { PickView } from '../../../../electron/contract/picks.ts';
import PicksTab from '../../../../renderer/picks/PicksTab.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { healthSample, rowSample, sessionSample } from '../../../support/lab-samples.ts';
import { waitUntil } from '../../../support/wait.ts';
import { draw } from '../desk.ts';

const pick: PickView = {
  seq: 7,
  at: 1000,
  algorithm: 'maglev',
  picked: 'backend-2',
  why: '123 modulo 65537 is slot 123',
  from: '10.0.0.2:4000',
  hash: { key: 'tcp 10.0.0.2:4000 > 10.0.0.3:80', hash: 123, slot: 123, slots: 65_537 },
  candidates: [
    { id: 'backend-1', weight: 1, ramp: 1, active: 3, latencyMs: null },
    { id: 'backend-2', weight: 1, ramp: 1, active: 4, latencyMs: null },
  ],
};
const target = (id: string) => ({ id, address: '10.0.0.9', port: 80, weight: 1, draining: false });

function host(draining?: readonly string[]) {
  const made = fakeHost();
  const targets = [target('backend-1'), target('backend-2')];
  made.publish('health', healthSample([rowSample('backend-1'), rowSample('backend-2')]));
  made.publish('picks', { algorithms: ['maglev', 'round-robin'], picks: [pick] }, 'balancer');
  made.answer('node.controls', () => ({
    node: 'balancer',
    settings: { targets, ...(draining === undefined ? {} : { draining }) },
    effective: { targets },
    schema: {},
    persona: null,
    faults: [],
  }));
  made.answer('picks.explain', () => null);
  made.answer('picks.replay', ({ algorithm }) => ({ algorithm, bySeq: { 7: 'backend-1' } }));
  made.answer('picks.keys', () => ({ targets: ['backend-1', 'backend-2'], owners: { maglev: [0, 1] } }));
  made.answer('node.set', () => null);
  return made;
}

test('a pick says what was hashed, where it fell and who else there was', async () => {
  draw(PicksTab, { session: sessionSample() }, host());
  const detail = await screen.findByRole('group', { name: 'Why backend-2' });
  expect(detail.textContent).toContain('123 modulo 65537 is slot 123');
  expect(detail.textContent).toContain('slot 123 of 65,537');
  expect(within(detail).getByText('backend-2 (picked)')).toBeTruthy();
});

test('the same arrivals under another algorithm stand beside the real picks', async () => {
  draw(PicksTab, { session: sessionSample() }, host());
  await screen.findByRole('option', { name: 'round-robin' });
  const choice = screen.getByRole('combobox', { name: /same arrivals under/ });
  await fireEvent.change(choice, { target: { value: 'round-robin' } });
  expect(await screen.findByRole('cell', { name: 'backend-1' })).toBeTruthy();
});

test('a target is taken out by its box, and the list goes back whole', async () => {
  const made = host();
  draw(PicksTab, { session: sessionSample() }, made);
  await fireEvent.click(await screen.findByRole('checkbox', { name: 'backend-1 takes new connections' }));
  await waitUntil(() => made.calls.some(({ name }) => name === 'node.set'), 15_000, 'the change');
  expect(made.calls.find(({ name }) => name === 'node.set')?.params).toEqual({
    node: 'balancer',
    settings: { targets: [{ ...target('backend-1'), draining: true }, target('backend-2')] },
  });
});

test('one that was named as being deregistered is taken back by its box as well', async () => {
  const made = host(['backend-1', 'backend-2']);
  draw(PicksTab, { session: sessionSample() }, made);
  const box = await screen.findByRole<HTMLInputElement>('checkbox', {
    name: 'backend-1 takes new connections',
  });
  expect(box.checked).toBe(false);
  await fireEvent.click(box);
  await waitUntil(() => made.calls.some(({ name }) => name === 'node.set'), 15_000, 'the change');
  expect(made.calls.find(({ name }) => name === 'node.set')?.params).toEqual({
    node: 'balancer',
    settings: { targets: [target('backend-1'), target('backend-2')], draining: ['backend-2'] },
  });
});
