import { fireEvent, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { LabSummary } from '../../../../electron/contract/catalogue.ts';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import Catalogue from '../../../../renderer/catalogue/Catalogue.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { appSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const lab: LabSummary = {
  id: 'green-but-500',
  title: 'Green, but 500',
  theme: 'Health',
  question: 'Who is right?',
  minutes: 12,
  needs: [],
  engines: ['local'],
  acts: 3,
  steps: 8,
  passed: 2,
};
const problem = {
  file: 'labs/x/lab.yaml',
  line: 3,
  column: 5,
  message: 'Unknown key "tilte".',
  expected: 'title',
  suggestion: 'title',
};

function hostWith(problems: readonly (typeof problem)[] = []) {
  const host = fakeHost();
  host.answer('catalogue.list', () => ({ labs: [lab], problems }));
  host.publish('session', null);
  return host;
}

test('the story is one click away', async () => {
  const host = hostWith();
  host.publish('app', appSample());
  host.answer('lab.up', () => ({ session: 's1' }));
  draw(Catalogue, {}, host);
  const start = await screen.findByTestId<HTMLButtonElement>('start-story');
  await expect.poll(() => start.disabled).toBe(false);
  await fireEvent.click(start);
  expect(host.calls).toContainEqual({ name: 'lab.up', params: { lab: 'green-but-500' } });
});

test('without an engine nothing starts, and the diagnosis says what to do', async () => {
  const host = hostWith();
  host.publish('app', appSample({ engine: null }));
  draw(Catalogue, {}, host);
  expect((await screen.findByTestId<HTMLButtonElement>('start-story')).disabled).toBe(true);
  expect(await screen.findByText('Start Docker.', { exact: false })).toBeTruthy();
});

test('a lab file that cannot be read is shown with its place and the nearest name', async () => {
  draw(Catalogue, {}, hostWith([problem]));
  expect(await screen.findByText('labs/x/lab.yaml:3:5')).toBeTruthy();
  expect(screen.getByText(/Did you mean “title”/)).toBeTruthy();
});

test('a start that fails stays on the desk as a trouble', async () => {
  const host = hostWith();
  host.publish('app', appSample());
  host.answer('lab.up', () => {
    throw new BlindspotError({ code: 'address-clash', message: 'Taken.' });
  });
  const desk = draw(Catalogue, {}, host);
  const start = await screen.findByTestId<HTMLButtonElement>('start-story');
  await expect.poll(() => start.disabled).toBe(false);
  await fireEvent.click(start);
  await expect.poll(() => desk.troubles.list[0]?.error.code).toBe('address-clash');
});

test('a lab found running is offered for adoption', async () => {
  const host = hostWith();
  const found = [
    {
      session: 's9',
      lab: 'green-but-500',
      engine: 'local',
      complete: true,
      running: 12,
      nodes: 12,
      startedAt: null,
    },
  ] as const;
  host.publish('app', appSample({ found }));
  host.answer('lab.adopt', () => ({ session: 's9' }));
  draw(Catalogue, {}, host);
  await fireEvent.click(await screen.findByRole('button', { name: 'Adopt it' }));
  expect(host.calls).toContainEqual({ name: 'lab.adopt', params: { session: 's9' } });
});
