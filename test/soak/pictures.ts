import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineId } from '../../electron/contract/app.ts';
import { createHost } from '../../electron/host/create-host.ts';
import { missing } from '../../electron/host/lab/document.ts';
import { prove } from '../../electron/host/checks/verify.ts';
import { startServer } from '../../electron/server/server.ts';
import { launchChromium } from '../support/open-window.ts';
import { lookAtPanels } from './panels.ts';

const root = resolve(import.meta.dirname, '..', '..');

/**
 * Every lab replayed with a window open on it, and a picture after each step, for somebody to look at: what a step asks a
 * person to see must be there. After the last one every panel of the dock, large and small, dark and light, and axe's word
 * on each. Needs `npm run build`.
 */
export async function takePictures(
  labs: readonly string[],
  engine: EngineId | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const stateDir = await mkdtemp(join(tmpdir(), 'bs-pictures-'));
  const host = await createHost({ root, face: 'browser', stateDir });
  const server = await startServer({ host, assets: join(root, 'out', 'renderer'), port: null });
  const browser = await launchChromium();
  const folder = join(root, 'out', 'pictures');
  await mkdir(folder, { recursive: true });
  let good = true;
  try {
    // axe opens a page of its own beside it, for which it needs a context that may have more than one.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(server.link());
    const { controller } = host;
    const all = (await controller.shelf.load()).labs.map((lab) => lab.id);
    for (const id of labs.length === 0 ? all : labs) {
      const lab = await controller.shelf.lab(id);
      const on = engine ?? controller.engines.use().engine.id;
      const playable = lab.acts.filter((_, at) => missing(lab, at, controller.capabilities(on)).length === 0);
      const last = playable.at(-1)?.steps.at(-1)?.id;
      const proof = await prove(controller, lab, on, say, async (step) => {
        await page.screenshot({ path: join(folder, `${id}-${step}.png`) });
        if (step !== last) return;
        const complaints = await lookAtPanels(page, folder, id);
        for (const complaint of complaints) say(complaint);
        good &&= complaints.length === 0;
      });
      say(`${proof.verdict} ${id}: ${proof.reason}`);
      good &&= proof.verdict !== 'failed';
    }
  } finally {
    await browser.close();
    await server.close();
    await host.dispose();
    await rm(stateDir, { recursive: true, force: true });
  }
  say(`The pictures are in ${folder}`);
  return good;
}
