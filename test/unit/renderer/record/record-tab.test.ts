import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { BudgetView, BurnAlert } from '../../../../electron/contract/budget.ts';
import type { RecordingState } from '../../../../electron/contract/recording.ts';
import RecordTab from '../../../../renderer/record/RecordTab.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

afterEach(() => vi.restoreAllMocks());

const minute = 60_000;
const window = {
  realMs: 60 * minute,
  labMs: 6 * minute,
  coveredMs: 40_000,
  requests: 900,
  bad: 9,
  burn: 40.6,
};

function alert(part: Partial<BurnAlert>): BurnAlert {
  return {
    id: 'page',
    threshold: 14.4,
    long: window,
    short: { ...window, realMs: 5 * minute, labMs: 30_000, coveredMs: 30_000, burn: 203.8 },
    firing: false,
    firedAt: null,
    firedAfterMs: null,
    wouldFireAfterMs: null,
    ...part,
  };
}

const budget: BudgetView = {
  slo: { objective: 0.999, periodDays: 30 },
  scale: 10,
  witnesses: ['client'],
  since: 0,
  at: 60_000,
  requests: 9963,
  bad: 1843,
  allowed: 31_350,
  spent: 0.0588,
  alerts: [
    alert({ firing: true, firedAt: 17_000, firedAfterMs: 17_000 }),
    alert({ id: 'ticket', threshold: 6, wouldFireAfterMs: 35_000 }),
  ],
  how: ['Counted by the clients.'],
};

const recording: RecordingState = {
  session: 's1',
  from: 0,
  to: 300_000,
  bytes: 40_000,
  limitBytes: 32 * 1024 ** 2,
  trouble: null,
  lostPieces: 0,
};

test('says which alert fired, when, over which windows, and who counted', async () => {
  const host = fakeHost();
  host.publish('budget', budget);
  host.publish('recording', recording);
  draw(RecordTab, { session: sessionSample() }, host);
  const page = await screen.findByTestId('alert-page');
  expect(page.textContent).toContain('fired 17 s after the first bad answer');
  expect(page.textContent).toMatch(/40\.6× over 1 h, here .*, 40 s of it measured/);
  expect(screen.getByTestId('alert-ticket').textContent).toContain('would fire 35 s into');
  expect(screen.getByText('1,843 bad')).toBeTruthy();
  expect(screen.getByText('counted by client')).toBeTruthy();
});

test('sets another objective and leaves the period', async () => {
  const host = fakeHost();
  host.publish('budget', budget);
  host.answer('budget.set', () => null);
  draw(RecordTab, { session: sessionSample() }, host);
  const field = await screen.findByLabelText('Objective in per cent');
  await fireEvent.change(field, { target: { value: '99' } });
  await waitFor(() => expect(host.calls.at(-1)?.params).toEqual({ objective: 0.99, periodDays: 30 }));
});

test('a full disk is said, and that the lab goes on', async () => {
  const host = fakeHost();
  host.publish('recording', { ...recording, trouble: 'The disk is full.', lostPieces: 2 });
  draw(RecordTab, { session: sessionSample() }, host);
  expect(await screen.findByText(/Not recording: The disk is full/)).toBeTruthy();
  expect(screen.getByText(/2 pieces were lost/)).toBeTruthy();
});

test('exports the report of this session as a file made here', async () => {
  const host = fakeHost();
  host.answer('report.make', () => ({ name: 'run.html', type: 'text/html', text: '<p>run</p>' }));
  const made = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:made');
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue(undefined);
  const session = sessionSample();
  draw(RecordTab, { session }, host);
  await fireEvent.click(await screen.findByText('Export report'));
  await waitFor(() => expect(clicked).toHaveBeenCalledOnce());
  expect(host.calls.at(-1)?.params).toEqual({ session: session.id, form: 'html' });
  const [blob] = made.mock.calls[0] ?? [];
  expect(await (blob as Blob).text()).toBe('<p>run</p>');
});

test('looks back: asks for the minute before the chosen time, and comes back to now', async () => {
  const host = fakeHost();
  host.publish('recording', recording);
  host.answer('recording.range', ({ from, to }) => ({ from, to, ticks: [], entries: [] }));
  const desk = draw(RecordTab, { session: sessionSample() }, host);
  const slider = await screen.findByRole('slider');
  await fireEvent.change(slider, { target: { value: '120000' } });
  await waitFor(() => expect(desk.replay.at).toBe(120_000));
  expect(host.calls.at(-1)?.params).toEqual({ session: 's1', from: 60_000, to: 120_000 });
  const region = within(screen.getByRole('region', { name: 'Record' }));
  await fireEvent.click(region.getByText('Back to now'));
  expect(desk.replay.at).toBeNull();
});
