import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import Guide from '../../../../renderer/guide/Guide.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import {
  documentSample,
  guideSample,
  sessionSample,
  stepSample,
  stepState,
} from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const verdict = {
  check: 'see',
  state: 'fail',
  measured: '3 of 40 failed',
  expected: '1 in 10',
  at: 5000,
} as const;

function hostWith(steps = [stepSample('see'), stepSample('find')]) {
  const host = fakeHost();
  host.answer('lab.document', () => documentSample(steps));
  host.answer('step.predict', () => null);
  host.publish('guide', guideSample([stepState('see', { verdict }), stepState('find', { state: 'ahead' })]));
  return host;
}

test('an open step shows what was measured against what is expected', async () => {
  draw(Guide, { session: sessionSample() }, hostWith());
  expect(await screen.findByText('3 of 40 failed')).toBeTruthy();
  expect(screen.getByText('1 in 10')).toBeTruthy();
  expect(screen.getByTestId('step-see').dataset.state).toBe('open');
  expect(screen.queryByText('Because of that.')).toBeNull();
});

test('why comes only after the pass, and the next step opens', async () => {
  const host = hostWith();
  draw(Guide, { session: sessionSample() }, host);
  await screen.findByText('3 of 40 failed');
  host.publish('guide', guideSample([stepState('see', { state: 'passed', verdict }), stepState('find')]));
  expect(await screen.findByText('Because of that.')).toBeTruthy();
  expect(screen.getByTestId('step-see').dataset.state).toBe('passed');
  expect(screen.getByTestId('step-find').dataset.state).toBe('open');
});

test('hints are revealed one by one', async () => {
  draw(Guide, { session: sessionSample() }, hostWith());
  await fireEvent.click(await screen.findByRole('button', { name: 'Hint 1 of 2' }));
  expect(screen.getByText('The first hint.')).toBeTruthy();
  expect(screen.queryByText('The second hint.')).toBeNull();
});

test('a prediction is committed once, and then waits for the measurement', async () => {
  const predict = {
    prompt: 'How long?',
    choices: [{ value: 'two', text: 'Two checks', explain: 'Two in a row.' }],
  };
  const host = hostWith([stepSample('see', { predict }), stepSample('find')]);
  draw(Guide, { session: sessionSample() }, host);
  expect(await screen.findByText('What is measured is shown once you have committed.')).toBeTruthy();
  expect(screen.queryByText('Measured')).toBeNull();
  await fireEvent.click(await screen.findByRole('radio', { name: 'Two checks' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Commit' }));
  expect(host.calls).toContainEqual({ name: 'step.predict', params: { step: 'see', value: 'two' } });
  const prediction = { value: 'two', verdict: 'open', measured: '' } as const;
  host.publish('guide', guideSample([stepState('see', { verdict, prediction })]));
  expect(await screen.findByText(/What is measured will decide/)).toBeTruthy();
  expect(screen.getByText('Measured')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Commit' })).toBeNull();
});

test('a guide that cannot be read says so, and can be asked for again', async () => {
  const host = fakeHost();
  draw(Guide, { session: sessionSample() }, host);
  const alert = await screen.findByRole('alert');
  expect(alert.dataset.code).toBe('not-found');
  host.answer('lab.document', () => documentSample([]));
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('A story.')).toBeTruthy();
});
