import type { App, Session, WebContents } from 'electron';
import { isOurs } from './window-address.ts';

/** All that a page may ask of the machine: to put text that the person copies on the clipboard. */
const permitted = new Set(['clipboard-sanitized-write']);

export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permitted.has(permission) && isOurs(details.requestingUrl));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permitted.has(permission) && isOurs(origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    // What the window makes itself, an exported report, is its own; nothing is fetched from elsewhere.
    if (!item.getURL().startsWith('blob:')) event.preventDefault();
  });
}

/** Every page that ever comes to be, ours or not, stays where it is and opens no other. */
export function lockContents(app: App): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => {
      if (!isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
  });
}
