import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineId } from '../../electron/contract/app.ts';
import { createHost } from '../../electron/host/create-host.ts';
import { prove } from '../../electron/host/checks/verify.ts';
import { startServer } from '../../electron/server/server.ts';
import { launchChromium } from '../support/open-window.ts';

const root = resolve(import.meta.dirname, '..', '..');

/**
 * Every lab replayed with a window open on it, and a picture after each step, for somebody to look at: what a step asks a
 * person to see must be there. Needs `npm run build`.
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
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(server.link());
    const { controller } = host;
    const all = (await controller.shelf.load()).labs.map((lab) => lab.id);
    for (const id of labs.length === 0 ? all : labs) {
      const lab = await controller.shelf.lab(id);
      const proof = await prove(
        controller,
        lab,
        engine ?? controller.engines.use().engine.id,
        say,
        async (step) => {
          await page.screenshot({ path: join(folder, `${id}-${step}.png`) });
        },
      );
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
