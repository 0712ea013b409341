import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright';
import { handsOn } from '../support/hands.ts';
import { openInBrowser } from '../support/open-window.ts';
import type { OpenWindow } from '../support/open-window.ts';
import { waitUntil } from '../support/wait.ts';

const patient = { timeout: 90_000 };

/** A lab of layer 4, played by clicking and typing alone: what its steps ask a person to see is on the screen. */
describe('the sealed envelope in Chromium', () => {
  let window: OpenWindow;
  let home: string;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bs-envelope-'));
    // The embedded engine: this is about the window.
    window = await openInBrowser({ BLINDSPOT_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` });
    ({ page } = window);
  });
  afterAll(async () => {
    await window.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const { step, passed, commit, accessible } = handsOn(() => page, patient);
  const open = (tab: string): Promise<void> => page.getByRole('tab', { name: tab }).click();
  const run = (id: string, node: string): Promise<void> =>
    step(id)
      .getByRole('button', { name: `Run in ${node}` })
      .click(patient);
  /** Typed until the terminal shows what is asked for: a list at one moment may be empty. */
  const typed = async (id: string, node: string, output: RegExp): Promise<void> => {
    const button = step(id).getByRole('button', { name: `Run in ${node}` });
    const screen = page.getByTestId(`terminal-${node}`);
    await waitUntil(
      async () => {
        await button.click(patient);
        await screen.waitFor(patient);
        return await waitUntil(async () => output.test(await screen.innerText()), 10_000).catch(() => false);
      },
      90_000,
      `${String(output)} in the terminal of ${node}`,
    );
  };

  it('starts from its card', async () => {
    await page
      .getByTestId('lab-card-sealed-envelope')
      .getByRole('button', { name: /^Start/ })
      .click(patient);
    await page.getByTestId('lab-phase').filter({ hasText: 'running' }).waitFor(patient);
  });

  it('shows all that the balancer knows: who, to whom, how many bytes', async () => {
    await open('Connections');
    const table = page.getByRole('region', { name: /^Open connections/ });
    await table
      .getByText(/^backend-[123]$/)
      .first()
      .waitFor(patient);
    expect(await table.innerText()).not.toContain('/api');
    await accessible();
    await typed('table', 'balancer', /bytes out/);
    await commit(step('table'), /^Nothing\. Addresses/);
    await passed('table');
  });

  it('refuses a rule about paths, and says why', async () => {
    await run('rule', 'balancer');
    await page
      .getByTestId('terminal-balancer')
      .getByText(/reads no request/)
      .first()
      .waitFor(patient);
    await passed('rule');
  });

  it('keeps one user with one backend', async () => {
    await commit(step('pinned'), /^All of them to one backend/);
    await run('pinned', 'client');
    await passed('pinned');
    await step('pinned').getByText('You were right').waitFor(patient);
  });

  it('shows one request through two lenses', async () => {
    await page.getByRole('button', { name: 'Go to act 2' }).click(patient);
    await step('both').getByRole('button', { name: 'Run in proxy' }).waitFor(patient);
    await open('Requests');
    const story = page.getByRole('region', { name: 'Story of one request' });
    const lens = (node: string): Locator => story.getByRole('button', { name: `As ${node} sees it` });
    // The first rows may be from before the proxy stood in between.
    await waitUntil(
      async () => {
        const close = story.getByRole('button', { name: 'Close' });
        if (await close.isVisible()) {
          await close.click();
          await page.getByRole('button', { name: 'Go on' }).click();
        }
        await page
          .getByRole('button', { name: /story of request/ })
          .first()
          .click(patient);
        await story.getByText('balancer', { exact: true }).waitFor(patient);
        return await lens('proxy').isVisible();
      },
      90_000,
      'a request that the proxy saw',
    );
    await lens('balancer').click();
    const sealed = await story.innerText();
    expect(sealed).toContain('not read');
    expect(sealed).toMatch(/\d+ to the target, \d+ back/);
    expect(sealed).not.toMatch(/\/api\/orders|\/static\/logo/);
    await lens('proxy').click();
    expect(await story.innerText()).toMatch(/GET \/(api\/orders|static\/logo\.png)/);
    await accessible();
  });

  it('has one line for a connection there, one for a request here', async () => {
    await typed('both', 'balancer', /\d+ open/);
    await typed('both', 'proxy', /\/api\/orders/);
    await commit(step('both'), 'The proxy');
    await passed('both');
    await run('spread', 'balancer');
    await passed('spread');
  });

  it('says what reading costs', async () => {
    await commit(step('cost'), /^More, but not ten times/);
    await run('cost', 'client');
    await passed('cost');
    await step('cost').getByText('You were right').waitFor(patient);
  });

  it('ends with the closing question, and nothing went wrong on the way', async () => {
    await commit(page.getByTestId('closing'), /^L7$/);
    await page.getByTestId('closing').getByText('Right.').waitFor(patient);
    expect(window.complaints).toEqual([]);
  });
});
