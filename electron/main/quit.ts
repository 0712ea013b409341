import type { BrowserWindow } from 'electron';
import { toErrorShape } from '../contract/errors.ts';
import type { SessionState } from '../contract/session.ts';
import type { Host } from '../contract/requests.ts';
import { presentSession, takeDown } from '../host/window/farewell.ts';
import type { ElectronApi } from './electron-api.ts';

/** What the app is made of when it comes to leaving. */
export interface Leaving {
  readonly host: Host;
  /** Lets go of a lab that stays up, for the next start to find. */
  readonly letGo: () => void;
  readonly window: BrowserWindow;
}

/** Asks about a lab that is up, then cleans and quits. Both the window's close and the app's quit come here. */
export function guardQuit({ app, dialog }: Pick<ElectronApi, 'app' | 'dialog'>, leaving: Leaving): void {
  const { host, window } = leaving;
  let state: 'open' | 'asking' | 'gone' = 'open';
  const leave = async (): Promise<void> => {
    if (state !== 'open') return;
    state = 'asking';
    if (!(await settle(dialog, leaving))) {
      state = 'open';
      return;
    }
    await host.dispose().catch(() => undefined);
    state = 'gone';
    app.quit();
  };
  const hold = (event: { preventDefault(): void }): void => {
    if (state === 'gone') return;
    event.preventDefault();
    void leave();
  };
  window.on('close', hold);
  app.on('before-quit', hold);
  app.on('window-all-closed', () => {
    app.quit();
  });
}

/** True when the app may go. */
async function settle(dialog: ElectronApi['dialog'], { host, letGo, window }: Leaving): Promise<boolean> {
  const session = presentSession(host);
  if (session === null) return true;
  const choice = await ask(dialog, window, session);
  if (choice === 'stay') return false;
  if (choice === 'leave') {
    letGo();
    return true;
  }
  try {
    await takeDown(host);
    return true;
  } catch (error) {
    return await askAfterFailure(dialog, window, error);
  }
}

type Choice = 'down' | 'leave' | 'stay';

async function ask(
  dialog: ElectronApi['dialog'],
  window: BrowserWindow,
  session: SessionState,
): Promise<Choice> {
  // Containers outlive the app; child processes die with it, so there is nothing to leave running.
  const choices: readonly (readonly [Choice, string])[] = [
    ['down', 'Take it down and quit'],
    ...(session.engine === 'docker' ? [['leave', 'Leave it running'] as const] : []),
    ['stay', 'Cancel'],
  ];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Blindspot',
    message: `"${session.title}" is up.`,
    detail:
      session.engine === 'docker'
        ? 'A lab that is left running goes on in Docker, and Blindspot offers it at the next start.'
        : 'Its programs run inside Blindspot and end with it.',
    buttons: choices.map(([, text]) => text),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
  });
  return choices[response]?.[0] ?? 'stay';
}

async function askAfterFailure(
  dialog: ElectronApi['dialog'],
  window: BrowserWindow,
  error: unknown,
): Promise<boolean> {
  const { message, next } = toErrorShape(error);
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    title: 'Blindspot',
    message: `The lab could not be taken down: ${message}`,
    detail: next ?? 'What is left can be removed with "npm run lab -- down --all".',
    buttons: ['Quit all the same', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
