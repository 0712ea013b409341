import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium, serveWindow } from '../support/open-window.ts';

const limitMiB = 150;
const growthMiB = 10;
/** Caches and compiled code settle first; growth is counted from then on. */
const settleMinutes = 5;

/** `npm run serve` with a lab up and a window watching it: its memory, once a minute (Linux). */
export async function soakHost(minutes: number, say: (line: string) => void): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), 'bs-soak-'));
  const served = await serveWindow({ BLINDSPOT_HOME: home });
  const browser = await launchChromium();
  const readings: number[] = [];
  try {
    const page = await browser.newPage();
    await page.goto(served.link());
    await page.getByTestId('start-story').click({ timeout: 120_000 });
    await page.locator('[data-testid="lab-phase"][data-phase="running"]').waitFor({ timeout: 120_000 });
    for (let minute = 0; minute <= minutes; minute++) {
      const mib = residentMiB(served.pid);
      readings.push(mib);
      say(`minute ${minute}: ${mib.toFixed(1)} MiB`);
      if (minute < minutes) await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
  } finally {
    await browser.close();
    served.signal('SIGINT');
    await served.ended;
    await rm(home, { recursive: true, force: true });
  }
  const most = Math.max(...readings);
  const settled = readings.slice(settleMinutes);
  const growth = settled.length < 2 ? 0 : (settled.at(-1) ?? 0) - (settled[0] ?? 0);
  say(
    `at most ${most.toFixed(1)} MiB (limit ${limitMiB}), growth ${growth.toFixed(1)} MiB (limit ${growthMiB})`,
  );
  return most <= limitMiB && growth < growthMiB;
}

function residentMiB(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}
