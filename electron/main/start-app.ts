import { join } from 'node:path';
import { toErrorShape } from '../contract/errors.ts';
import type { Notice } from '../contract/app.ts';
import type { Host } from '../contract/requests.ts';
import { farewell } from '../host/window/farewell.ts';
import { serve } from '../rpc/serve.ts';
import { declareScheme, serveWindow } from './app-protocol.ts';
import type { ElectronApi } from './electron-api.ts';
import { lockContents, lockSession } from './lockdown.ts';
import { openWindow } from './main-window.ts';
import { acceptPorts } from './ports.ts';
import { guardQuit } from './quit.ts';
import { smokeWord } from '../contract/start.ts';

// main: app:// --> window      window ==MessagePort==> serve(host)

/** The desktop's host: it can also let go of a lab that stays up. */
export interface DesktopHost extends Host {
  readonly letGo: () => void;
}

export interface AppOptions {
  /** Where labs/, docker/ and out/ are. */
  readonly root: string;
  readonly notices: readonly Notice[];
  readonly createHost: (notices: readonly Notice[]) => Promise<DesktopHost>;
  /** Only show that a window comes up, say so, and end. */
  readonly smoke: boolean;
  readonly say: (line: string) => void;
  /** Registers what the terminal's Ctrl-C, or the system's end, calls. */
  readonly onStop: (stop: () => void) => void;
}

export async function startApp(electron: ElectronApi, options: AppOptions): Promise<void> {
  const { app, dialog, ipcMain, protocol, session } = electron;
  const preload = join(options.root, 'out', 'preload', 'preload.cjs');
  declareScheme(protocol);
  lockContents(app);
  if (!options.smoke && !app.requestSingleInstanceLock()) {
    options.say('Blindspot is open already; its window comes to the front.');
    app.exit(0);
    return;
  }
  await app.whenReady();
  lockSession(session.defaultSession);
  serveWindow(protocol, join(options.root, 'out', 'renderer'));
  if (options.smoke) {
    smokeStart(electron, preload, options.say);
    return;
  }

  let host: DesktopHost;
  try {
    host = await options.createHost(options.notices);
  } catch (error) {
    const { message, next } = toErrorShape(error);
    dialog.showErrorBox('Blindspot cannot start', next === undefined ? message : `${message}\n\n${next}`);
    app.exit(1);
    return;
  }
  acceptPorts(ipcMain, (channel) => {
    serve(host, channel);
  });
  const window = openWindow(electron, preload);
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  guardQuit(electron, { host, letGo: host.letGo, window });
  const close = (): Promise<void> => Promise.resolve();
  const leave = farewell({ host, close, say: options.say, exit: (code) => app.exit(code) });
  options.onStop(() => void leave());
}

function smokeStart(electron: ElectronApi, preload: string, say: (line: string) => void): void {
  const window = openWindow(electron, preload, false);
  window.webContents.once('did-finish-load', () => {
    say(smokeWord);
    electron.app.exit(0);
  });
}
