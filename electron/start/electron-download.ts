import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Say } from '../build/parts.ts';

export interface ElectronPackage {
  readonly root: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: Say;
  /** The whole download; about 110 MB. */
  readonly limitMs?: number;
  /** No byte for this long means that the server cannot be reached from here. */
  readonly stallMs?: number;
  /** Tests count faster. */
  readonly pollMs?: number;
}

/** Runs the package's own installer, shows how many bytes have come, and gives up when none do. Null when it worked. */
export async function fetchElectron(place: ElectronPackage, folder: string): Promise<string | null> {
  const { say, limitMs = 600_000, stallMs = 20_000, pollMs = 500 } = place;
  // The installer downloads into the temporary folder: its own one shows what has come, and goes with it.
  const temporary = await mkdtemp(join(tmpdir(), 'bs-electron-'));
  say('Fetching Electron (about 110 MB, once)...');
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    env: { ...place.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-4000)));
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  const watch = watchDownload({ temporary, folder, say, limitMs, stallMs, pollMs });
  try {
    const outcome = await Promise.race([ended, watch.gaveUp]);
    if (outcome === 0) return null;
    if (typeof outcome === 'string') return `Electron could not be fetched: ${outcome}.`;
    return `Electron could not be fetched: ${lastWords(complaint) ?? `its installer ended with ${outcome}`}.`;
  } finally {
    watch.stop();
    child.kill('SIGKILL');
    await ended;
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Watch {
  readonly gaveUp: Promise<string>;
  readonly stop: () => void;
}

function watchDownload(options: {
  readonly temporary: string;
  readonly folder: string;
  readonly say: Say;
  readonly limitMs: number;
  readonly stallMs: number;
  readonly pollMs: number;
}): Watch {
  const { temporary, folder, say, limitMs, stallMs, pollMs } = options;
  const began = Date.now();
  let bytes = 0;
  let movedAt = began;
  let toldMiB = 0;
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<string>((resolve) => {
    const look = async (): Promise<void> => {
      // Unpacking moves bytes too, in the package's own folder.
      const now = (await sizeOf(temporary)) + (await sizeOf(join(folder, 'dist')));
      if (now !== bytes) movedAt = Date.now();
      bytes = now;
      const mib = Math.floor(bytes / 1024 / 1024);
      if (mib >= toldMiB + 10) {
        toldMiB = mib;
        say(`  ${mib} MB after ${Math.round((Date.now() - began) / 1000)} s`);
      }
      if (Date.now() - movedAt > stallMs) resolve(`nothing has come for ${Math.round(stallMs / 1000)} s`);
      else if (Date.now() - began > limitMs) resolve(`not done after ${Math.round(limitMs / 1000)} s`);
      else timer = setTimeout(() => void look(), pollMs);
    };
    timer = setTimeout(() => void look(), pollMs);
  });
  return {
    gaveUp,
    stop: () => {
      clearTimeout(timer);
    },
  };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        // Gone between the listing and the look.
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The line of a stack trace that a person can read. */
export function lastWords(stderr: string): string | null {
  const lines = stderr.split('\n').map((line) => line.trim());
  const cause = lines.find((line) => line.startsWith('[cause]:'));
  const error =
    cause ?? lines.find((line) => /error/i.test(line) && !line.startsWith('at ')) ?? lines.find(Boolean);
  return error === undefined ? null : error.replace(/^\[cause\]: /, '').replace(/[.{ ]+$/, '');
}
