import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { handsOn } from '../support/hands.ts';
import { openInBrowser } from '../support/open-window.ts';
import type { OpenWindow } from '../support/open-window.ts';
import { waitUntil } from '../support/wait.ts';

const patient = { timeout: 90_000 };

/** A lab whose steps are passed by what a person types at a terminal, and reads there. */
describe('stale-cache, by typing', () => {
  let window: OpenWindow;
  let home: string;
  let page: Page;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bs-typed-'));
    window = await openInBrowser({ BLINDSPOT_HOME: home });
    ({ page } = window);
  });
  afterAll(async () => {
    await window.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const { step, passed } = handsOn(() => page, patient);

  it('counts the guide’s commands, typed by its button', async () => {
    await page.getByTestId('lab-card-stale-cache').getByRole('button', { name: /Start/ }).click(patient);
    await page.locator('[data-testid="lab-phase"][data-phase="running"]').waitFor(patient);
    await step('look').getByRole('button', { name: 'Run in client' }).click(patient);
    await passed('look');
    expect(await step('look').innerText()).toContain('curl -s http://balancer:8080/');
  });

  it('counts what a person types instead', async () => {
    const screen = page.getByTestId('terminal-client');
    let culprit = '';
    for (const name of ['backend-1', 'backend-2', 'backend-3', 'backend-4']) {
      await screen.click();
      await page.keyboard.type(`curl -si http://${name}:8080/ | grep -ic ^age && echo ${name} is ol''d\n`);
      await page.keyboard.type(`echo asked ${name.replace('-', "'-'")}\n`);
      const text = await waitUntil(
        async () => {
          const shown = await screen.innerText();
          return shown.includes(`\nasked ${name}`) ? shown : null;
        },
        60_000,
        `${name}'s answer`,
      );
      if (text.includes(`${name} is old`)) culprit = name;
    }
    expect(culprit).not.toBe('');
    await screen.click();
    await page.keyboard.type(`curl -si http://${culprit}:8080/\n`);
    await step('find').getByRole('radio', { name: culprit }).check(patient);
    await step('find').getByRole('button', { name: 'Commit' }).click();
    await passed('find');
  });
});
