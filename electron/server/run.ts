import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Notice } from '../contract/app.ts';
import { createHost } from '../host/create-host.ts';
import { engineNotices } from '../host/views.ts';
import { farewell } from '../host/window/farewell.ts';
import { openBrowser, thisMachine } from './open-browser.ts';
import { startServer } from './server.ts';
import type { Middleware } from './server.ts';

export interface RunOptions {
  readonly root: string;
  readonly port: number | null;
  readonly open: boolean;
  readonly notices: readonly Notice[];
  /** Vite's own server in front of the built files, for whoever works on the window. */
  readonly development?: { readonly middleware: Middleware; readonly close: () => Promise<void> };
}

/** The server as a person runs it from a terminal: one host, any number of browser windows, until Ctrl-C. */
export async function runServer({ root, port, open, notices, development }: RunOptions): Promise<void> {
  const host = await createHost({ root, face: 'browser', notices: [...notices] });
  for (const { text, next } of engineNotices(host.controller)) say(`${text}\n  next: ${next ?? ''}`);
  const server = await startServer({
    host,
    assets: join(root, 'out', 'renderer'),
    port,
    ...(development === undefined ? {} : { middleware: development.middleware }),
  }).catch(async (error: unknown) => {
    await development?.close();
    await host.dispose();
    throw error;
  });

  const leave = farewell({
    host,
    close: async () => {
      await development?.close();
      await server.close();
    },
    say,
    exit: (code) => process.exit(code),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void leave());

  const link = server.link();
  say(`\nBlindspot is at  ${link}\n`);
  const opened = open && (await openBrowser(thisMachine(), link));
  say(
    opened
      ? 'It opens in your browser. The link works once: press Enter for a fresh one, Ctrl-C to end.'
      : 'Open the link in a browser. It works once: press Enter for a fresh one, Ctrl-C to end.',
  );
  createInterface({ input: process.stdin }).on('line', () => say(`A fresh link:  ${server.link()}`));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
