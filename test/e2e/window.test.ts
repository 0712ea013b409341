import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright';
import {
  complaintsOf,
  electronBinary,
  launchChromium,
  openInElectron,
  serveWindow,
} from '../support/open-window.ts';
import type { Served } from '../support/open-window.ts';

const patient = { timeout: 60_000 };

/** No Docker engine is looked for outside this run's own folder: these tests are about the window. */
async function embeddedOnly(): Promise<{ env: Record<string, string>; home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'bs-window-'));
  return { env: { BLINDSPOT_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` }, home };
}

describe('the window in a browser', () => {
  let browser: Browser;
  let served: Served;
  let home: string;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    const place = await embeddedOnly();
    home = place.home;
    served = await serveWindow(place.env);
  });
  afterEach(async () => {
    served.signal('SIGKILL');
    await served.ended;
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const visit = async (link: string): Promise<{ page: Page; complaints: readonly string[] }> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(link);
    return { page, complaints };
  };

  it('opens by its link, keeps the token out of the address, and breaks none of its own rules', async () => {
    const { page, complaints } = await visit(served.link());
    await page.getByTestId('start-story').waitFor(patient);
    expect(new URL(page.url()).search).toBe('');
    expect(complaints).toEqual([]);
    await page.reload();
    await page.getByTestId('start-story').waitFor(patient);
  });

  it('opens one browser by each link; Enter gives one for the next', async () => {
    const link = served.link();
    const first = await visit(link);
    await first.page.getByTestId('start-story').waitFor(patient);
    const second = await visit(link);
    await second.page.getByRole('heading', { name: 'Not by this way' }).waitFor(patient);
    const third = await visit(await served.freshLink());
    await third.page.getByTestId('start-story').waitFor(patient);
  });

  it('says so when the host is gone', async () => {
    const { page } = await visit(served.link());
    await page.getByTestId('start-story').waitFor(patient);
    served.signal('SIGKILL');
    await page.getByRole('heading', { name: 'The host is gone' }).waitFor(patient);
  });

  it('takes the lab down on Ctrl-C and says so, with two windows open on it', async () => {
    const one = await visit(served.link());
    const two = await visit(await served.freshLink());
    await one.page.getByTestId('start-story').click(patient);
    for (const { page } of [one, two]) {
      await page.locator('[data-testid="lab-phase"][data-phase="running"]').waitFor(patient);
    }
    await one.page.getByTestId('health-backend-1').waitFor(patient);
    expect(one.complaints).toEqual([]);
    served.signal('SIGINT');
    expect(await served.ended).toBe(0);
    expect(served.said()).toContain('The lab is down; nothing of it is left.');
  });
});

describe.skipIf(process.platform !== 'linux')('npm start', () => {
  it('says why it is a browser, in the terminal and in the window', async () => {
    const { env, home } = await embeddedOnly();
    const script = join('electron', 'start.ts');
    const served = await serveWindow({ ...env, DISPLAY: '', WAYLAND_DISPLAY: '' }, script, ['--no-open']);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(served.link());
      const why = 'There is no display here';
      expect(served.said()).toContain(why);
      await page.getByText(why).first().waitFor(patient);
    } finally {
      await browser.close();
      served.signal('SIGTERM');
      expect(await served.ended).toBe(0);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

describe.skipIf(electronBinary === null)('the window in Electron', () => {
  it('comes up with the catalogue, without a way to Node', async () => {
    const { env, home } = await embeddedOnly();
    const { page, complaints, close } = await openInElectron(env);
    await page.getByTestId('start-story').waitFor(patient);
    expect(page.url()).toBe('app://blindspot/');
    const reach = await page.evaluate(() => [
      typeof Reflect.get(window, 'require'),
      Object.keys(Reflect.get(window, 'blindspot') as object),
    ]);
    expect(reach).toEqual(['undefined', ['channel']]);
    expect(complaints).toEqual([]);
    await close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
});
