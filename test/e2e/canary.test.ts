import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/docker-engine.ts';
import { handsOn } from '../support/hands.ts';
import { openInBrowser } from '../support/open-window.ts';
import type { OpenWindow } from '../support/open-window.ts';

const patient = { timeout: 120_000 };
const pictures = join(root, 'out/pictures');

/** A lab of group C as a person plays it: routes edited, weights shifted and taken back, by clicking and typing. */
describe('the canary in Chromium', () => {
  let window: OpenWindow;
  let home: string;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bs-canary-'));
    await mkdir(pictures, { recursive: true });
    window = await openInBrowser({ BLINDSPOT_HOME: home });
    ({ page } = window);
    page.setDefaultTimeout(patient.timeout);
  });
  afterAll(async () => {
    await window.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const { step, passed, commit, accessible } = handsOn(() => page, patient);
  const picture = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(pictures, `canary-${name}.png`) });
  };
  const routes = async (): Promise<void> => {
    await page.getByRole('tab', { name: 'Routes and limits' }).click();
  };
  const weigh = async (route: string, group: string, weight: number): Promise<void> => {
    const field = page.getByRole('textbox', { name: `Weight of ${group} in route ${route}` });
    await field.fill(String(weight));
    await field.press('Enter');
  };
  const fault = async (node: string, title: string): Promise<Locator> => {
    await page.getByRole('tab', { name: 'Controls' }).click();
    await page.getByRole('combobox', { name: /^Controls of/ }).selectOption(node);
    return page.getByRole('article', { name: `${title} on ${node}` });
  };

  it('starts from its card', async () => {
    await page.getByTestId('lab-card-canary').getByRole('button', { name: 'Start' }).click(patient);
    await page.getByTestId('lab-phase').filter({ hasText: 'running' }).waitFor(patient);
    await routes();
    await page.getByTestId('route-all').waitFor(patient);
  });

  it('gives v2 a copy of every request, by an edit of the route, and hurts nobody', async () => {
    await commit(step('copy'), /Nothing at all/);
    await page.getByRole('button', { name: 'Edit route all' }).click();
    const editor = page.getByRole('textbox', { name: 'Route all', exact: true });
    await editor.fill('{ "forward": { "v1": 100, "v2": 0 }, "mirror": { "group": "v3" } }');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    // The proxy judges, and says where it is wrong.
    await page.getByRole('alert').filter({ hasText: 'there is no group "v3"' }).waitFor(patient);
    await editor.fill('{ "forward": { "v1": 100, "v2": 0 }, "mirror": { "group": "v2" } }');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await passed('copy');
    await accessible();
    await picture('mirror');
  });

  it('finds v2 wanting without one user having met it', async () => {
    await commit(step('verdict'), /No, it answers 500/);
    await (await fault('new', 'Answers one status')).getByRole('switch').click();
    await passed('verdict');
  });

  it('splits by weight within what chance allows', async () => {
    await page.getByRole('button', { name: 'Go to act 2' }).click();
    await routes();
    for (const route of ['by-header', 'by-cookie']) {
      await weigh(route, 'v2', 1);
      await weigh(route, 'v1', 0);
    }
    await step('testers').getByRole('button', { name: 'Run in client' }).click();
    await passed('testers');
    await routes();
    await commit(step('five'), /between 5 and 40/);
    await weigh('all', 'v1', 95);
    await weigh('all', 'v2', 5);
    await passed('five');
    await accessible();
    await picture('split');
  });

  it('takes a bad version back with one number', async () => {
    await page.getByRole('button', { name: 'Go to act 3' }).click();
    await routes();
    await weigh('all', 'v1', 75);
    await weigh('all', 'v2', 25);
    await passed('quarter');
    await commit(step('bad'), /One in ten/);
    const broken = await fault('new', 'Fails a share of requests');
    // Set before it is switched on, so that it begins as it is meant.
    const share = broken.getByLabel('Share of requests', { exact: true }).first();
    await share.fill('0.4');
    await share.press('Enter');
    await broken.getByRole('switch').click();
    await passed('bad');
    await routes();
    await weigh('all', 'v2', 0);
    await passed('roll-back');
    expect(await step('roll-back').innerText()).toContain('of a budget of 600');
    await picture('back');
    await commit(page.getByTestId('closing'), /v2's own requests/);
    await page.getByTestId('closing').getByText('Right.').waitFor(patient);
    expect(window.complaints).toEqual([]);
  });

  it('goes down from the window', async () => {
    await page.getByRole('button', { name: 'Take the lab down' }).click();
    await page.getByTestId('lab-phase').filter({ hasText: 'No lab up' }).waitFor(patient);
  });
});
