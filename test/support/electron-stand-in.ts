import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';
import type { ElectronApi } from '../../electron/main/electron-api.ts';
import { exposeChannel } from '../../electron/preload/expose.ts';
import type { PagePort, PreloadPlace } from '../../electron/preload/expose.ts';
import type { Channel } from '../../electron/rpc/channel.ts';

/**
 * Electron's API as far as this app uses it: real message ports between "page" and "main", everything else recorded.
 * What Electron itself does with the settings can only be seen in a real Electron; that we give them is seen here.
 */
export interface StandIn {
  readonly electron: ElectronApi;
  readonly app: StandInApp;
  readonly windows: StandInWindow[];
  readonly record: {
    schemes: unknown;
    readonly handlers: Map<string, (request: Request) => Promise<Response>>;
    permission: Handler | null;
    permissionCheck: Handler | null;
    device: Handler | null;
    readonly errors: string[];
    readonly questions: { readonly message: string; readonly detail: string; readonly buttons: string[] }[];
  };
  readonly session: EventEmitter;
  /** The buttons that the person will press, one after another, by their text. */
  readonly presses: string[];
  /** A page loads its preload in a frame: gives the channel it finds on its window. */
  readonly loadPage: (frame?: Partial<Frame>, payload?: unknown, portCount?: number) => Page;
}

type Handler = (...args: never[]) => unknown;

export interface Frame {
  readonly url: string;
  readonly parent: unknown;
}

export interface Page {
  readonly channel: Channel;
  readonly world: Readonly<Record<string, unknown>>;
  /** Sends as the page's own port would, whatever it is. */
  readonly raw: (wire: unknown) => void;
  readonly portClosed: () => boolean;
  /** The page is gone: closed, reloaded or crashed. */
  readonly unload: () => void;
}

export class StandInApp extends EventEmitter {
  readonly exits: number[] = [];
  quits = 0;
  firstInstance = true;
  path = '';
  readonly getAppPath = (): string => this.path;
  readonly requestSingleInstanceLock = (): boolean => this.firstInstance;
  readonly whenReady = (): Promise<void> => Promise.resolve();
  readonly exit = (code: number): void => {
    this.exits.push(code);
  };
  /** As Electron: asks by `before-quit`, and counts as quit when nobody held it. */
  readonly quit = (): void => {
    if (!this.ask('before-quit')) this.quits += 1;
  };

  private ask(name: string): boolean {
    const event = preventable();
    this.emit(name, event);
    return event.prevented;
  }
}

export class StandInWindow extends EventEmitter {
  readonly options: Readonly<Record<string, unknown>>;
  readonly loaded: string[] = [];
  readonly webContents: StandInContents;
  shown = false;
  focused = 0;
  minimized = false;

  constructor(options: Readonly<Record<string, unknown>>, app: StandInApp) {
    super();
    this.options = options;
    this.webContents = new StandInContents();
    app.emit('web-contents-created', {}, this.webContents);
  }

  readonly show = (): void => {
    this.shown = true;
  };
  readonly focus = (): void => {
    this.focused += 1;
  };
  readonly isMinimized = (): boolean => this.minimized;
  readonly restore = (): void => {
    this.minimized = false;
  };
  readonly loadURL = (url: string): Promise<void> => {
    this.loaded.push(url);
    return Promise.resolve();
  };
  /** The person presses the window's own close button. True when the window stays. */
  pressClose(): boolean {
    const event = preventable();
    this.emit('close', event);
    return event.prevented;
  }
}

export class StandInContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  reloads = 0;
  readonly setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }): void => {
    this.openHandler = handler;
  };
  readonly reload = (): void => {
    this.reloads += 1;
  };
  /** True when the page was kept where it is. */
  held(event: string, url = ''): boolean {
    const happening = { ...preventable(), url };
    this.emit(event, happening);
    return happening.prevented;
  }
}

interface Preventable {
  prevented: boolean;
  preventDefault: () => void;
}

export function preventable(): Preventable {
  return {
    prevented: false,
    preventDefault() {
      this.prevented = true;
    },
  };
}

export function electronStandIn(): StandIn {
  const app = new StandInApp();
  const ipcMain = new EventEmitter();
  const windows: StandInWindow[] = [];
  const presses: string[] = [];
  const session = new EventEmitter();
  const record: StandIn['record'] = {
    schemes: null,
    handlers: new Map(),
    permission: null,
    permissionCheck: null,
    device: null,
    errors: [],
    questions: [],
  };
  const electron = {
    app,
    ipcMain,
    BrowserWindow: class extends StandInWindow {
      constructor(options: Readonly<Record<string, unknown>>) {
        super(options, app);
        windows.push(this);
      }
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown) => {
        record.schemes = schemes;
      },
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => {
        record.handlers.set(scheme, handler);
      },
    },
    session: {
      defaultSession: Object.assign(session, {
        setPermissionRequestHandler: (handler: Handler) => {
          record.permission = handler;
        },
        setPermissionCheckHandler: (handler: Handler) => {
          record.permissionCheck = handler;
        },
        setDevicePermissionHandler: (handler: Handler) => {
          record.device = handler;
        },
      }),
    },
    dialog: {
      showErrorBox: (title: string, text: string) => {
        record.errors.push(`${title}: ${text}`);
      },
      showMessageBox: (_window: unknown, options: StandIn['record']['questions'][number]) => {
        record.questions.push(options);
        return Promise.resolve({ response: options.buttons.indexOf(presses.shift() ?? '') });
      },
    },
  };
  return {
    electron: electron as unknown as ElectronApi,
    app,
    windows,
    record,
    session,
    presses,
    loadPage: (frame = {}, payload = null, portCount = 1) => loadPage(ipcMain, frame, payload, portCount),
  };
}

function loadPage(ipcMain: EventEmitter, frame: Partial<Frame>, payload: unknown, portCount: number): Page {
  const world: Record<string, unknown> = {};
  const { port1, port2 } = new MessageChannel();
  let closed = false;
  port1.on('close', () => (closed = true));
  const place: PreloadPlace = {
    contextBridge: {
      exposeInMainWorld: (key, api) => {
        world[key] = api;
      },
    },
    ipcRenderer: {
      postMessage: (channel, _message, transfer: readonly unknown[]) => {
        const ports = transfer.slice(0, portCount).map((port) => mainPort(port as MessagePort));
        const senderFrame = { url: 'app://blindspot/', parent: null, ...frame };
        ipcMain.emit(channel, { senderFrame, ports }, payload);
      },
    },
    ports: () => ({ port1: port1 as unknown as PagePort, port2 }),
  };
  exposeChannel(place);
  return {
    channel: (world.blindspot as { channel: Channel }).channel,
    world,
    raw: (wire) => {
      port1.postMessage(wire);
    },
    portClosed: () => closed,
    unload: () => {
      port1.close();
    },
  };
}

/** MessagePortMain: an emitter of `{data}`, silent until started, as Electron has it. */
function mainPort(port: MessagePort): EventEmitter {
  const emitter = new EventEmitter();
  port.on('close', () => emitter.emit('close'));
  return Object.assign(emitter, {
    postMessage: (message: unknown) => {
      port.postMessage(message);
    },
    start: () => {
      port.on('message', (data: unknown) => emitter.emit('message', { data, ports: [] }));
    },
    close: () => {
      port.close();
    },
  });
}
