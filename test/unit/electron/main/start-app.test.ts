import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import { smokeWord } from '../../../../electron/contract/start.ts';
import { startApp } from '../../../../electron/main/start-app.ts';
import type { AppOptions } from '../../../../electron/main/start-app.ts';
import { client } from '../../../../electron/rpc/client.ts';
import { electronStandIn } from '../../../support/electron-stand-in.ts';
import type { StandIn, StandInWindow } from '../../../support/electron-stand-in.ts';
import { smallHost } from '../../../support/small-host.ts';
import type { SmallHost } from '../../../support/small-host.ts';
import { waitUntil } from '../../../support/wait.ts';

describe('the desktop app', () => {
  let root: string;
  let stand: StandIn;
  let host: SmallHost;
  let said: string[];
  let letGo: number;
  let stop: () => void;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bs-root-'));
    await mkdir(join(root, 'out', 'renderer'), { recursive: true });
    await writeFile(join(root, 'out', 'renderer', 'index.html'), '<p>the window</p>');
    stand = electronStandIn();
    host = smallHost();
    said = [];
    letGo = 0;
    stop = () => undefined;
  });
  afterEach(() => rm(root, { recursive: true }));

  const start = async (options: Partial<AppOptions> = {}): Promise<StandInWindow | undefined> => {
    await startApp(stand.electron, {
      root,
      notices: [],
      createHost: () => Promise.resolve(Object.assign(host, { letGo: () => void (letGo += 1) })),
      smoke: false,
      say: (line) => said.push(line),
      onStop: (listener) => {
        stop = listener;
      },
      ...options,
    });
    return stand.windows[0];
  };
  const opened = async (): Promise<StandInWindow> => {
    const window = await start();
    if (window === undefined) throw new Error('no window was opened');
    return window;
  };
  const labUp = (engine: string): void => host.publish('session', { title: 'Green but 500', engine });

  it('opens one isolated, sandboxed window on its own protocol, shown when it is ready', async () => {
    const window = await opened();
    expect(stand.windows).toHaveLength(1);
    expect(window.loaded).toEqual(['app://blindspot/']);
    expect(window.options.webPreferences).toMatchObject({
      preload: join(root, 'out', 'preload', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    expect(window.shown).toBe(false);
    window.emit('ready-to-show');
    expect(window.shown).toBe(true);
  });

  it('serves the built window by app:// with a policy, and nothing else', async () => {
    await start();
    const handler = stand.record.handlers.get('app');
    if (handler === undefined) throw new Error('no handler for app://');
    const page = await handler(new Request('app://blindspot/'));
    expect(await page.text()).toBe('<p>the window</p>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    for (const url of ['app://blindspot/nothing.js', 'app://other/', 'app://blindspot/%2e%2e/x.json']) {
      expect((await handler(new Request(url))).status).toBe(404);
    }
    expect(stand.record.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  it('denies every permission but writing what the person copies', async () => {
    await start();
    const ask = stand.record.permission as unknown as (
      contents: null,
      permission: string,
      answer: (granted: boolean) => void,
      details: { requestingUrl: string },
    ) => void;
    const granted = (permission: string, requestingUrl: string): boolean => {
      let answer = true;
      ask(null, permission, (given) => (answer = given), { requestingUrl });
      return answer;
    };
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
      expect(granted(permission, 'app://blindspot/')).toBe(false);
    }
    expect(granted('clipboard-sanitized-write', 'app://blindspot/')).toBe(true);
    expect(granted('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    const check = stand.record.permissionCheck as unknown as (c: null, p: string, o: string) => boolean;
    expect(check(null, 'media', 'app://blindspot')).toBe(false);
    expect(check(null, 'clipboard-sanitized-write', 'app://blindspot')).toBe(true);
    expect((stand.record.device as unknown as () => boolean)()).toBe(false);
  });

  it('stays on its page and opens no other', async () => {
    const { webContents } = await opened();
    for (const event of ['will-navigate', 'will-redirect']) {
      expect(webContents.held(event, 'https://evil.example/')).toBe(true);
      expect(webContents.held(event, 'file:///etc/passwd')).toBe(true);
      expect(webContents.held(event, 'app://blindspot/')).toBe(false);
    }
    expect(webContents.held('will-attach-webview')).toBe(true);
    expect(webContents.openHandler?.({ url: 'app://blindspot/' })).toEqual({ action: 'deny' });
  });

  it('answers its page through the port, also after a reload or a crash', async () => {
    const window = await opened();
    const first = stand.loadPage();
    const one = client(first.channel);
    one.subscribe('ledger', () => undefined);
    expect(await one.call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.webContents.reloads).toBe(1);
    first.unload();
    await waitUntil(() => host.listeners('ledger') === 0);
    const second = stand.loadPage();
    expect(await client(second.channel).call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
    second.unload();
  });

  it('is one instance: the second brings the first to the front and ends', async () => {
    const window = await opened();
    window.minimized = true;
    stand.app.emit('second-instance');
    expect(window.minimized).toBe(false);
    expect(window.focused).toBe(1);

    stand = electronStandIn();
    stand.app.firstInstance = false;
    expect(await start()).toBeUndefined();
    expect(stand.app.exits).toEqual([0]);
    expect(said.at(-1)).toContain('open already');
  });

  it('says why it cannot start', async () => {
    const failure = new BlindspotError({ code: 'internal', message: 'No programs.', next: 'Install again.' });
    expect(await start({ createHost: () => Promise.reject(failure) })).toBeUndefined();
    expect(stand.record.errors).toEqual(['Blindspot cannot start: No programs.\n\nInstall again.']);
    expect(stand.app.exits).toEqual([1]);
  });

  it('comes up for a smoke start without a host, says so, and ends', async () => {
    const window = await start({ smoke: true, createHost: () => Promise.reject(new Error('not wanted')) });
    window?.emit('ready-to-show');
    window?.webContents.emit('did-finish-load');
    expect(window?.shown).toBe(false);
    expect(said).toEqual([smokeWord]);
    expect(stand.app.exits).toEqual([0]);
  });

  describe('quitting', () => {
    it('goes without a question when no lab is up', async () => {
      const window = await opened();
      expect(window.pressClose()).toBe(true);
      await waitUntil(() => stand.app.quits === 1);
      expect(host.disposed).toBe(true);
      expect(stand.record.questions).toEqual([]);
      expect(window.pressClose()).toBe(false);
    });

    it('asks about a lab that is up, takes it down, and goes', async () => {
      const window = await opened();
      labUp('docker');
      stand.presses.push('Take it down and quit');
      window.pressClose();
      await waitUntil(() => stand.app.quits === 1);
      expect(stand.record.questions[0]?.message).toBe('"Green but 500" is up.');
      expect(host.calls).toEqual([{ name: 'lab.down', params: {} }]);
      expect(letGo).toBe(0);
    });

    it('leaves a lab running on Docker when told so', async () => {
      await start();
      labUp('docker');
      stand.presses.push('Leave it running');
      stand.app.quit();
      await waitUntil(() => stand.app.quits === 1);
      expect(letGo).toBe(1);
      expect(host.calls).toEqual([]);
    });

    it('does not offer to leave running what dies with the app', async () => {
      const window = await opened();
      labUp('local');
      stand.presses.push('Take it down and quit');
      window.pressClose();
      await waitUntil(() => stand.app.quits === 1);
      expect(stand.record.questions[0]?.buttons).toEqual(['Take it down and quit', 'Cancel']);
    });

    it('stays when cancelled or waved away, and asks again the next time', async () => {
      const window = await opened();
      labUp('docker');
      for (const press of ['Cancel', 'the dialog was closed']) {
        stand.presses.push(press);
        window.pressClose();
        const asked = stand.record.questions.length;
        await waitUntil(() => stand.presses.length === 0 && stand.record.questions.length >= asked);
        await Promise.resolve();
      }
      expect(stand.app.quits).toBe(0);
      expect(host.disposed).toBe(false);
    });

    it('asks once however often the person presses', async () => {
      const window = await opened();
      labUp('docker');
      stand.presses.push('Take it down and quit');
      window.pressClose();
      window.pressClose();
      stand.app.quit();
      await waitUntil(() => stand.app.quits === 1);
      expect(stand.record.questions).toHaveLength(1);
    });

    it('says what went wrong when the lab does not go down, and lets the person choose', async () => {
      const window = await opened();
      labUp('docker');
      host.call = () =>
        Promise.reject(
          new BlindspotError({ code: 'engine-lost', message: 'Docker is gone.', next: 'Start it.' }),
        );
      stand.presses.push('Take it down and quit', 'Stay');
      window.pressClose();
      await waitUntil(() => stand.record.questions.length === 2);
      expect(stand.record.questions[1]).toMatchObject({ detail: 'Start it.' });
      await waitUntil(() => stand.presses.length === 0);
      expect(stand.app.quits).toBe(0);
      stand.presses.push('Take it down and quit', 'Quit all the same');
      await waitUntil(() => {
        window.pressClose();
        return stand.app.quits > 0;
      });
    });

    it('takes the lab down without a question when the terminal says stop', async () => {
      await start();
      labUp('local');
      stop();
      await waitUntil(() => stand.app.exits.length === 1);
      expect(stand.app.exits).toEqual([0]);
      expect(host.calls).toEqual([{ name: 'lab.down', params: {} }]);
      expect(stand.record.questions).toEqual([]);
    });
  });
});
