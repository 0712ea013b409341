import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { ActiveFault, Controls } from '../../../../electron/contract/session.ts';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import ControlsTab from '../../../../renderer/controls/ControlsTab.svelte';
import { createDesk, deskKey } from '../../../../renderer/state/desk.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { nodeSample, sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const controls: Controls = {
  node: 'balancer',
  settings: { healthCheck: { protocol: 'tcp', path: '/', intervalMs: 10_000 } },
  effective: { healthCheck: { protocol: 'tcp', path: '/', intervalMs: 500 } },
  schema: {
    type: 'object',
    properties: {
      healthCheck: {
        type: 'object',
        title: 'Health check',
        properties: {
          protocol: { type: 'string', enum: ['tcp', 'http'], title: 'Check by' },
          path: { type: 'string', title: 'Path', for: ['http'] },
          intervalMs: { type: 'number', minimum: 1, title: 'Interval', unit: 'ms', scaled: true },
        },
      },
    },
  },
  persona: null,
  faults: [],
};

const fault = {
  name: 'always-status',
  title: 'Answers one status',
  description: 'Every answer is this status.',
  schema: { type: 'object', properties: { status: { type: 'integer', title: 'Status', default: 500 } } },
  settings: null,
};

function hostWith(given: Controls) {
  const host = fakeHost();
  host.answer('node.controls', () => given);
  host.answer('node.set', () => null);
  host.answer('node.fault', () => null);
  return host;
}

test('a timer shows both the stated and the running time', async () => {
  draw(ControlsTab, { session: sessionSample() }, hostWith(controls));
  const interval = await screen.findByLabelText<HTMLInputElement>('Interval (ms)');
  expect(interval.value).toBe('10000');
  expect(screen.getByText('runs as 500 ms')).toBeTruthy();
});

test('a field applies itself alone, as a merge patch', async () => {
  const host = hostWith(controls);
  draw(ControlsTab, { session: sessionSample() }, host);
  const choice = await screen.findByLabelText('Check by');
  await fireEvent.change(choice, { target: { value: 'http' } });
  await expect
    .poll(() => host.calls.at(-1))
    .toEqual({
      name: 'node.set',
      params: { node: 'balancer', settings: { healthCheck: { protocol: 'http' } } },
    });
});

test('a text of many lines has room for them, and Enter begins the next', async () => {
  const long = {
    ...controls,
    settings: { proto: 'a' },
    effective: { proto: 'a' },
    schema: { type: 'object', properties: { proto: { type: 'string', maxLength: 20_000, title: 'Proto' } } },
  };
  const host = hostWith(long);
  draw(ControlsTab, { session: sessionSample() }, host);
  const field = await screen.findByLabelText('Proto');
  expect(field.tagName).toBe('TEXTAREA');
  await fireEvent.input(field, { target: { value: 'a\nb' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(host.calls.some(({ name }) => name === 'node.set')).toBe(false);
  await fireEvent.click(screen.getByRole('button', { name: 'Apply Proto' }));
  await expect
    .poll(() => host.calls.at(-1))
    .toEqual({ name: 'node.set', params: { node: 'balancer', settings: { proto: 'a\nb' } } });
});

test('a field for HTTP checks stands there for HTTP checks only', async () => {
  const host = hostWith(controls);
  draw(ControlsTab, { session: sessionSample() }, host);
  await screen.findByLabelText('Check by');
  expect(screen.queryByLabelText('Path')).toBeNull();
  host.answer('node.controls', () => ({
    ...controls,
    settings: { healthCheck: { protocol: 'http', path: '/', intervalMs: 10_000 } },
  }));
  host.publish('controls', { version: 1, nodes: { balancer: 1 } });
  expect(await screen.findByLabelText('Path')).toBeTruthy();
});

test('what the node refuses is said at the field', async () => {
  const host = hostWith(controls);
  host.answer('node.set', () => {
    throw new BlindspotError({ code: 'node-refused', message: 'Too short for the timeout.' });
  });
  draw(ControlsTab, { session: sessionSample() }, host);
  const interval = await screen.findByLabelText('Interval (ms)');
  await fireEvent.input(interval, { target: { value: '5' } });
  await fireEvent.keyDown(interval, { key: 'Enter' });
  expect((await screen.findByRole('alert')).textContent).toContain('Too short for the timeout.');
});

test('what cannot be a number never leaves the window', async () => {
  const host = hostWith(controls);
  draw(ControlsTab, { session: sessionSample() }, host);
  const interval = await screen.findByLabelText('Interval (ms)');
  await fireEvent.input(interval, { target: { value: 'soon' } });
  await fireEvent.keyDown(interval, { key: 'Enter' });
  expect((await screen.findByRole('alert')).textContent).toContain('not a number');
  expect(host.calls.some((call) => call.name === 'node.set')).toBe(false);
});

test('a fault is set with its own settings and cleared with none', async () => {
  const host = hostWith({ ...controls, node: 'backend-1', faults: [fault] });
  const desk = draw(ControlsTab, { session: sessionSample() }, host);
  desk.dock.show('controls', 'backend-1');
  await fireEvent.click(await screen.findByRole('switch', { name: 'Answers one status on backend-1' }));
  await expect
    .poll(() => host.calls.at(-1)?.params)
    .toEqual({
      node: 'backend-1',
      fault: 'always-status',
      settings: { status: 500 },
    });
});

test('a node whose faults are the exercise offers no look at them', async () => {
  const host = hostWith({ ...controls, node: 'backend-1', faults: [fault] });
  const session = sessionSample({ nodes: [nodeSample('backend-1', { mystery: true })] });
  draw(ControlsTab, { session }, host);
  expect(await screen.findByText(/is the exercise/)).toBeTruthy();
  expect(screen.queryByRole('switch')).toBeNull();
});

test('a persona says what is true to the real system and what is not modelled', async () => {
  const persona = {
    name: 'haproxy',
    title: 'HAProxy 2.6',
    detection: 'three failed checks in a row',
    onEviction: 'existing sessions continue',
    allDown: 'answers 503 itself',
    faithful: ['rise 2, fall 3'],
    notModelled: ['stick tables'],
    unverified: [],
  };
  draw(ControlsTab, { session: sessionSample() }, hostWith({ ...controls, persona }));
  expect(await screen.findByText('Behaves as HAProxy 2.6: three failed checks in a row')).toBeTruthy();
  expect(screen.getByText('rise 2, fall 3')).toBeTruthy();
  expect(screen.getByText('stick tables')).toBeTruthy();
  expect(screen.queryByText(/From general knowledge/)).toBeNull();
});

test('a fault can be scoped: to paths, to a share, to a schedule', async () => {
  const schedule = {
    anyOf: [
      {
        type: 'object',
        properties: { atMs: { type: 'number', title: 'Begin after', default: 0 } },
      },
      { type: 'null' },
    ],
    title: 'Schedule',
    default: null,
  };
  const scope = {
    type: 'object',
    title: 'Scope',
    properties: { probability: { type: 'number', title: 'Share of requests', default: 1 }, schedule },
  };
  const schema = { type: 'object', properties: { ...fault.schema.properties, scope } };
  const host = hostWith({ ...controls, node: 'backend-1', faults: [{ ...fault, schema }] });
  draw(ControlsTab, { session: sessionSample({ nodes: [nodeSample('backend-1')] }) }, host);
  const share = await screen.findByLabelText('Share of requests');
  await fireEvent.input(share, { target: { value: '0.5' } });
  await fireEvent.keyDown(share, { key: 'Enter' });
  await fireEvent.click(screen.getByRole('switch'));
  await expect
    .poll(() => host.calls.findLast((call) => call.name === 'node.fault')?.params)
    .toMatchObject({ settings: { status: 500, scope: { probability: 0.5, schedule: { atMs: 0 } } } });
});

test('whom a client sends to is chosen from a list, or typed', async () => {
  const host = hostWith({
    ...controls,
    settings: { address: 'proxy' },
    schema: {
      type: 'object',
      properties: { address: { type: 'string', title: 'Sends to', examples: ['proxy', 'closer'] } },
    },
  });
  draw(ControlsTab, { session: sessionSample() }, host);
  const field = await screen.findByLabelText<HTMLSelectElement>('Sends to');
  expect([...field.options].map(({ text }) => text)).toEqual(['proxy', 'closer', 'something else…']);
  await fireEvent.change(field, { target: { value: 'closer' } });
  await expect
    .poll(() => host.calls.at(-1))
    .toEqual({ name: 'node.set', params: { node: 'balancer', settings: { address: 'closer' } } });
  await fireEvent.change(field, { target: { value: '' } });
  await expect.poll(() => screen.getByLabelText('Sends to').tagName).toBe('INPUT');
});

test('a change is for one of a group, or for all of it where a person wants so', async () => {
  const host = hostWith({ ...controls, node: 'backend-1' });
  const nodes = ['backend-1', 'backend-2'].map((name) => nodeSample(name, { group: 'backend' }));
  draw(ControlsTab, { session: sessionSample({ nodes }) }, host);
  await fireEvent.click(await screen.findByLabelText('all 2 of backend'));
  await fireEvent.change(await screen.findByLabelText('Check by'), { target: { value: 'http' } });
  await expect
    .poll(() => host.calls.filter(({ name }) => name === 'node.set').map(({ params }) => params))
    .toEqual(
      ['backend-1', 'backend-2'].map((node) => ({ node, settings: { healthCheck: { protocol: 'http' } } })),
    );
});

test('a switch says what is so, whoever has switched it', async () => {
  const host = hostWith({ ...controls, node: 'backend-1', faults: [fault] });
  const session = (faults: readonly ActiveFault[]) =>
    sessionSample({ nodes: [nodeSample('backend-1', { faults })] });
  const { rerender } = render(ControlsTab, {
    props: { session: session([]) },
    context: new Map([[deskKey, createDesk(() => host.open())]]),
  });
  const off = await screen.findByRole('switch');
  expect(off.getAttribute('aria-checked')).toBe('false');
  host.answer('node.controls', () => ({
    ...controls,
    node: 'backend-1',
    faults: [{ ...fault, settings: { status: 500 } }],
  }));
  await rerender({
    session: session([{ name: fault.name, title: fault.title, settings: { status: 500 }, since: 2000 }]),
  });
  await expect.poll(() => screen.getByRole('switch').getAttribute('aria-checked')).toBe('true');
});

test('a target is taken out, weighed and deregistered by its row, not by its JSON', async () => {
  const target = { id: 'backend-1', address: '10.0.0.9', port: 8080 };
  const schema = { type: 'object', properties: { targets: { type: 'array' }, draining: { type: 'array' } } };
  const host = hostWith({ ...controls, settings: { targets: [target], draining: [] }, schema });
  draw(ControlsTab, { session: sessionSample() }, host);
  const sent = (settings: object) =>
    expect
      .poll(() => host.calls.at(-1))
      .toEqual({ name: 'node.set', params: { node: 'balancer', settings } });
  await fireEvent.click(await screen.findByLabelText('backend-1 is being deregistered'));
  await sent({ draining: ['backend-1'] });
  await fireEvent.click(screen.getByLabelText('backend-1 is in the list'));
  await sent({ targets: [] });
  const weight = screen.getByLabelText<HTMLInputElement>('Weight of backend-1');
  await fireEvent.change(weight, { target: { value: 'much' } });
  expect(screen.getByRole('alert').textContent).toContain('"much" is no weight');
  await fireEvent.change(weight, { target: { value: '5' } });
  await sent({ targets: [{ ...target, weight: 5 }] });
  expect(screen.queryByLabelText('Targets being deregistered')).toBeNull();
});

test('JSON has a line for each of its own, says what is wrong with it, and that it is merged', async () => {
  const rules = { search: { match: { path: '/api/search' }, requests: 10, perMs: 1000 } };
  const schema = { type: 'object', properties: { rules: { type: 'object', title: 'Rules' } } };
  const host = hostWith({ ...controls, settings: { rules }, effective: { rules }, schema });
  draw(ControlsTab, { session: sessionSample() }, host);
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Rules');
  expect(field.value.split('\n').length).toBeGreaterThan(5);
  expect(screen.getByText(/what is left out stays as it is/)).toBeTruthy();
  await fireEvent.input(field, { target: { value: '{ "search": { "by": "address" }' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect((await screen.findByRole('alert')).textContent).toMatch(/must be JSON.*Expected ',' or '}'/);
  await fireEvent.input(field, { target: { value: '{ "search": { "by": "address" } }' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  const settings = { rules: { search: { by: 'address' } } };
  await expect
    .poll(() => host.calls.at(-1))
    .toEqual({ name: 'node.set', params: { node: 'balancer', settings } });
});

test('of many settings one is found by a word of its title, or of its group', async () => {
  const numbers: Record<string, { type: string; title: string }> = {};
  for (let n = 0; n < 20; n++) numbers[`field${n}`] = { type: 'number', title: `Number ${n}` };
  const group = {
    type: 'object',
    title: 'Rate limits',
    properties: { store: { type: 'string', title: 'Store' } },
  };
  const schema: Controls['schema'] = { type: 'object', properties: { ...numbers, limits: group } };
  const settings = { limits: { store: 'redis' } };
  draw(
    ControlsTab,
    { session: sessionSample() },
    hostWith({ ...controls, settings, effective: settings, schema }),
  );
  const find = await screen.findByLabelText('Find a setting');
  await fireEvent.input(find, { target: { value: 'rate l' } });
  expect(screen.queryByLabelText('Number 7')).toBeNull();
  expect(screen.getByLabelText('Store')).toBeTruthy();
  await fireEvent.input(find, { target: { value: 'number 7' } });
  expect(screen.getByLabelText('Number 7')).toBeTruthy();
  expect(screen.queryByLabelText('Store')).toBeNull();
  await fireEvent.input(find, { target: { value: 'nothing of it' } });
  expect(screen.getByText(/No setting of balancer speaks of/)).toBeTruthy();
});
