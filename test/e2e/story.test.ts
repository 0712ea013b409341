import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright';
import { root, withDocker } from '../support/docker-engine.ts';
import { handsOn } from '../support/hands.ts';
import { electronBinary, openInBrowser, openInElectron } from '../support/open-window.ts';
import type { OpenWindow } from '../support/open-window.ts';
import { waitUntil } from '../support/wait.ts';

const patient = { timeout: 90_000 };
/** `BLINDSPOT_PICTURES=1` renews the pictures that the README shows; otherwise they go to the ignored folder. */
const pictures =
  process.env.BLINDSPOT_PICTURES === '1' ? join(root, 'test/e2e/pictures') : join(root, 'out/pictures');

/** The same story in every face that can be shown here. */
const faces = [
  ['Chromium', openInBrowser] as const,
  ...(electronBinary === null ? [] : [['Electron', openInElectron] as const]),
];

/** The 500-error story, played as a person plays it: by clicking and typing, from the catalogue to the last question. */
describe.each(faces)('the 500-error story in %s', (face, open) => {
  let window: OpenWindow;
  let home: string;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bs-story-'));
    await mkdir(pictures, { recursive: true });
    window = await open({ BLINDSPOT_HOME: home });
    ({ page } = window);
  });
  afterAll(async () => {
    await window.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const { step, passed, commit, accessible } = handsOn(() => page, patient, face === 'Electron');
  const picture = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const controlsOf = async (node: string): Promise<Locator> => {
    await page.getByRole('tab', { name: 'Controls' }).click();
    await page.getByRole('combobox', { name: /^Controls of/ }).selectOption(node);
    return page.getByRole('region', { name: `Controls of ${node}` });
  };
  /** The health check by HTTP of /health, 200 only: three fields, each applied as it is changed. */
  const checkByHttp = async (): Promise<void> => {
    const controls = await controlsOf('balancer');
    await controls.getByLabel('Check by').selectOption('http');
    for (const [field, value] of [
      ['Path', '/health'],
      ['Success codes', '200'],
    ] as const) {
      const input = controls.getByLabel(field, { exact: true });
      await input.fill(value);
      await input.press('Enter');
    }
  };
  const health = (target: string): Locator => page.getByTestId(`health-${target}`);

  let culprit = '';

  it('is one click from the first screen', async () => {
    await page.getByTestId('start-story').waitFor(patient);
    await accessible();
    await picture('catalogue');
    await page.getByTestId('start-story').click();
    await page.getByTestId('lab-phase').filter({ hasText: 'running' }).waitFor(patient);
  });

  it('shows users hurt while every light is green', async () => {
    await passed('see');
    await page.getByTestId('healthy-count').filter({ hasText: '10 of 10 healthy' }).waitFor(patient);
    await accessible();
    await picture('story');
  });

  it('lets a person find the culprit by terminal', async () => {
    await step('find').getByRole('button', { name: 'Run in client' }).click();
    const screen = page.getByTestId('terminal-client');
    await screen.waitFor(patient);
    const answer = await waitUntil(
      async () => /(backend-\d+)\s+500/.exec(await screen.innerText())?.[1],
      60_000,
      'a 500 in the terminal',
    );
    culprit = answer;
    await accessible();
    await picture('terminal');
    await commit(step('find'), culprit);
    await passed('find');
  });

  it('evicts it inside the predicted window once the check asks over HTTP', async () => {
    await commit(step('switch'), /Between 10 and 26 seconds/);
    await checkByHttp();
    await passed('switch');
    expect(await health(culprit).getAttribute('data-state')).toBe('unhealthy');
    expect(await health(culprit).innerText()).toContain('L7STS');
    await step('switch').getByText('You were right').waitFor(patient);
    await accessible();
    await picture('evicted');
  });

  it('counts ten quiet seconds', async () => {
    await passed('calm');
  });

  it('lets it back only after the healthy threshold', async () => {
    await commit(step('return'), /Between 40 and 56 seconds/);
    const controls = await controlsOf(culprit);
    await controls.getByRole('switch', { name: /Answers one status/ }).click();
    await passed('return');
    expect(await health(culprit).getAttribute('data-state')).toBe('healthy');
    await picture('returned');
  });

  it('hurts the same users always when connections are kept, and a reset frees them', async () => {
    await page.getByRole('button', { name: 'Go to act 2' }).click();
    await commit(step('always'), /The same one in ten/);
    await passed('always');
    await picture('kept');
    await checkByHttp();
    await passed('freed');
  });

  it.runIf(withDocker)('rolls the dice behind a node port, on genuine kernel rules', async () => {
    await page.getByRole('button', { name: 'Go to act 3' }).click();
    await commit(step('random-pod'), /one time in ten/);
    await passed('random-pod');
    await picture('node-port');
  });

  it('ends with the closing question, and nothing went wrong on the way', async () => {
    await commit(page.getByTestId('closing'), /An HTTP check of a path/);
    await page.getByTestId('closing').getByText('Right.').waitFor(patient);
    await accessible();
    await picture('closing');
    for (const tab of ['Logs', 'Requests', 'Users', 'Timeline', 'Ledger', 'Controls', /Terminals/]) {
      await page.getByRole('tab', { name: tab }).click();
      await accessible();
    }
    expect(window.complaints).toEqual([]);
  });

  it('takes the lab down from the window', async () => {
    await page.getByRole('button', { name: 'Take the lab down' }).click();
    await page.getByTestId('start-story').waitFor(patient);
    await page.getByTestId('lab-phase').filter({ hasText: 'No lab up' }).waitFor(patient);
  });
});
