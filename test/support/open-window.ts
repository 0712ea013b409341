import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { _electron, chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { findChromium, here } from './chromium.ts';
import { waitUntil } from './wait.ts';

const root = resolve(import.meta.dirname, '..', '..');

/** `npm run serve` as a person has it: a process of its own that prints links. */
export interface Served {
  /** The link that was printed last. */
  readonly link: () => string;
  readonly said: () => string;
  /** Presses Enter in its terminal, and gives the fresh link. */
  readonly freshLink: () => Promise<string>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly pid: number;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

const server = join('electron', 'server', 'main.ts');

export async function serveWindow(
  env: Readonly<Record<string, string>> = {},
  script = server,
  args: readonly string[] = ['--port', '0', '--no-open'],
): Promise<Served> {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    process.execPath,
    [script, ...args],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const links = (): readonly string[] => said.match(/http:\/\/\S+token=\S+/g) ?? [];
  let over = false;
  void ended.then(() => (over = true));
  await waitUntil(() => links().length > 0 || over, 120_000, 'a link from the server');
  if (links().length === 0) throw new Error(`The server did not start:\n${said}`);
  return {
    link: () => links().at(-1) ?? '',
    said: () => said,
    freshLink: async () => {
      const before = links().length;
      child.stdin.write('\n');
      await waitUntil(() => links().length > before, 20_000, 'a fresh link');
      return links().at(-1) ?? '';
    },
    signal: (signal) => child.kill(signal),
    pid: child.pid ?? 0,
    ended,
  };
}

/** A browser without a screen, as it has to be started on a machine of any kind, root's too. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium(here());
  if (executablePath === null)
    throw new Error('No Chromium here; "npm test" finds one or says how to get it.');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** One open window, whichever face it has; a test that plays a story needs no more. */
export interface OpenWindow {
  readonly page: Page;
  /** What a browser's console complained of, policy violations among it. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

export async function openInBrowser(env: Readonly<Record<string, string>> = {}): Promise<OpenWindow> {
  const served = await serveWindow(env);
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1480, height: 940 } });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(served.link());
  await page.waitForURL((url) => url.pathname === '/' && url.search === '');
  return {
    page,
    complaints,
    close: async () => {
      await browser.close();
      served.signal('SIGTERM');
      await served.ended;
    },
  };
}

/** Electron's binary as `npm test` found it; null where there is none, and where there is nobody to show it to. */
export const electronBinary = process.env.ELECTRON_BINARY ?? null;

export async function openInElectron(env: Readonly<Record<string, string>> = {}): Promise<OpenWindow> {
  if (electronBinary === null) throw new Error("Electron's binary is not here.");
  const app = await _electron.launch({
    executablePath: electronBinary,
    args: [root, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...definedEnv(), ...env },
  });
  const page = await app.firstWindow();
  return { page, complaints: complaintsOf(page), close: () => app.close() };
}

export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
