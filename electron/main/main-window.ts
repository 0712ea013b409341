import type { BrowserWindow } from 'electron';
import type { ElectronApi } from './electron-api.ts';
import { windowUrl } from './window-address.ts';

/** Opens the one window. It shows itself when there is something to see. */
export function openWindow({ BrowserWindow }: ElectronApi, preload: string, visible = true): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Blindspot',
    width: 1480,
    height: 940,
    minWidth: 900,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (visible) window.once('ready-to-show', () => window.show());
  // The host and the lab live on without their window: a page that crashed comes back to the same lab.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && reason !== 'killed') window.webContents.reload();
  });
  void window.loadURL(windowUrl);
  return window;
}
