import { BlindspotError } from '../../electron/contract/errors.ts';
import type { ByteSource, Caller, Host } from '../../electron/contract/requests.ts';

/** A terminal under the test's hand: what it writes, what it was told, and whether it was braked. */
export interface SmallTerminal extends ByteSource {
  readonly say: (text: string) => void;
  readonly exit: (reason: string) => void;
  readonly written: string[];
  readonly state: { paused: boolean; closed: boolean; size: string };
}

export function smallTerminal(): SmallTerminal {
  const texts: ((text: string) => void)[] = [];
  const ends: ((reason: string) => void)[] = [];
  const written: string[] = [];
  const state = { paused: false, closed: false, size: '' };
  return {
    written,
    state,
    say: (text) => texts.forEach((listener) => listener(text)),
    exit: (reason) => ends.forEach((listener) => listener(reason)),
    onText: (listener) => void texts.push(listener),
    onEnd: (listener) => void ends.push(listener),
    write: (text) => void written.push(text),
    resize: (cols, rows) => {
      state.size = `${cols}x${rows}`;
      return Promise.resolve();
    },
    pause: () => void (state.paused = true),
    resume: () => void (state.paused = false),
    close: () => {
      state.closed = true;
    },
  };
}

export interface SmallHost extends Host {
  readonly calls: { readonly name: string; readonly params: unknown }[];
  readonly terminals: SmallTerminal[];
  /** Sets the value of a topic, for those who listen now and those to come. */
  readonly publish: (topic: string, value: unknown, key?: string) => void;
  readonly listeners: (topic: string, key?: string) => number;
  /** While set, `terminal.open` waits for it. */
  gate: Promise<void> | null;
  disposed: boolean;
}

/** The host's outline without labs: answers a few requests in known ways, and lets a test drive its topics. */
export function smallHost(): SmallHost {
  const values = new Map<string, unknown>();
  const listening = new Map<string, Set<(value: never) => void>>();
  const topic = (name: string, key: string): string => `${name}/${key}`;
  const host: SmallHost = {
    calls: [],
    terminals: [],
    gate: null,
    disposed: false,
    publish: (name, value, key = '') => {
      values.set(topic(name, key), value);
      for (const listener of listening.get(topic(name, key)) ?? []) listener(value as never);
    },
    listeners: (name, key = '') => listening.get(topic(name, key))?.size ?? 0,
    call: async (name, params, caller) => {
      host.calls.push({ name, params });
      return (await respond(host, name, params, caller)) as never;
    },
    subscribe: (name, key, listener) => {
      if (name === 'logs' && key === '') throw new Error('logs need a node');
      const id = topic(name, key);
      const set = listening.get(id) ?? new Set();
      listening.set(id, set.add(listener));
      if (values.has(id)) listener(values.get(id) as never);
      return () => void set.delete(listener);
    },
    dispose: () => {
      host.disposed = true;
      return Promise.resolve();
    },
  };
  return host;
}

async function respond(
  host: SmallHost,
  name: string,
  params: Readonly<Record<string, unknown>>,
  caller: Caller,
): Promise<unknown> {
  switch (name) {
    case 'catalogue.list':
      return { labs: [], problems: [] };
    case 'lab.document':
      throw new BlindspotError({
        code: 'not-found',
        message: `No lab is called "${String(params.lab)}".`,
        next: 'Look at the catalogue.',
        where: 'lab',
      });
    case 'app.doctor':
      throw new Error('something unforeseen');
    case 'work.cancel':
      return new Promise(() => undefined);
    case 'terminal.open': {
      if (host.gate !== null) await host.gate;
      const terminal = smallTerminal();
      host.terminals.push(terminal);
      return { stream: caller.openStream(terminal) };
    }
    case 'terminal.resize':
      await caller.stream(String(params.stream))?.resize(Number(params.cols), Number(params.rows));
      return null;
    default:
      return null;
  }
}
