import type * as Electron from 'electron';

/** The parts of Electron that this app uses. They come as an argument, so that all of it runs in a test without Electron. */
export type ElectronApi = Pick<
  typeof Electron,
  'app' | 'BrowserWindow' | 'dialog' | 'ipcMain' | 'protocol' | 'session'
>;
