import type Docker from 'dockerode';
import type { EngineEvent } from '../engine.ts';
import { jsonLines } from './json-lines.ts';
import { label } from './labels.ts';
import { lastComplaint } from './logs.ts';

/** One subscription to the engine's event stream for whoever listens here; opened with the first, closed with the last. */
export interface EventHub {
  subscribe(listener: (event: EngineEvent) => void): Promise<() => void>;
  close(): void;
}

interface DockerEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

const firstPauseMs = 250;
const longestPauseMs = 4000;
const actions = ['start', 'die', 'pause', 'unpause', 'oom'];

export function createEventHub(connect: () => Promise<Docker>): EventHub {
  const listeners = new Set<(event: EngineEvent) => void>();
  let running: { readonly stop: AbortController; readonly open: Promise<void> } | null = null;
  const tell = (event: EngineEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const stop = (): void => {
    running?.stop.abort();
    running = null;
  };
  return {
    async subscribe(listener) {
      listeners.add(listener);
      if (running === null) {
        const abort = new AbortController();
        running = { stop: abort, open: run(connect, tell, abort.signal) };
      }
      try {
        await running.open;
      } catch (error) {
        listeners.delete(listener);
        stop();
        throw error;
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    close() {
      listeners.clear();
      stop();
    },
  };
}

/** Resolves once the first stream is open, so that nothing done after `subscribe` is missed; then goes on by itself. */
async function run(
  connect: () => Promise<Docker>,
  tell: (event: EngineEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  // In the engine's own time, which on a remote engine is not ours.
  let lastNano = 0;
  const open = async (): Promise<NodeJS.ReadableStream> => {
    const docker = await connect();
    const stream = await docker.getEvents({
      filters: { type: ['container'], label: [`${label.kind}=node`], event: actions },
      ...(lastNano === 0 ? {} : { since: Math.floor(lastNano / 1e9) }),
      abortSignal: signal,
    } as Docker.GetEventsOptions);
    return stream;
  };
  const follow = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const event of jsonLines<DockerEvent>(stream)) {
      if (signal.aborted) return;
      if (event.timeNano <= lastNano) continue;
      lastNano = event.timeNano;
      const told = await engineEvent(event, connect);
      if (told !== null) tell(told);
    }
  };
  const first = await open();
  void (async () => {
    let stream: NodeJS.ReadableStream | null = first;
    while (!signal.aborted && stream !== null) {
      await follow(stream).catch(() => undefined);
      stream = await reopen(open, tell, signal);
    }
  })();
}

/** Null only when nobody listens any more. A stream that merely ended is opened again without a word. */
async function reopen(
  open: () => Promise<NodeJS.ReadableStream>,
  tell: (event: EngineEvent) => void,
  signal: AbortSignal,
): Promise<NodeJS.ReadableStream | null> {
  let lost = false;
  for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(longestPauseMs, pause * 2)) {
    try {
      const stream = await open();
      if (lost) tell({ kind: 'engine-back', at: Date.now(), detail: 'The engine answers again.' });
      return stream;
    } catch (error) {
      if (!isWanted(signal)) return null;
      if (!lost) {
        lost = true;
        const detail = error instanceof Error ? error.message.trim() : String(error);
        tell({ kind: 'engine-lost', at: Date.now(), detail });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return null;
}

/** Read through a function, because the compiler believes that a property it has seen false stays so. */
function isWanted(signal: AbortSignal): boolean {
  return !signal.aborted;
}

async function engineEvent(event: DockerEvent, connect: () => Promise<Docker>): Promise<EngineEvent | null> {
  const attributes = event.Actor.Attributes;
  const session = attributes[label.session];
  const node = attributes[label.node];
  if (session === undefined || node === undefined) return null;
  const at = Math.round(event.timeNano / 1e6);
  switch (event.Action) {
    case 'start':
      return { kind: 'node-up', session, node, at, detail: 'started' };
    case 'unpause':
      return { kind: 'node-up', session, node, at, detail: 'resumed' };
    case 'pause':
      return { kind: 'node-down', session, node, at, detail: 'paused' };
    case 'die': {
      const detail = await howItEnded(event, connect);
      return { kind: 'node-down', session, node, at, detail };
    }
    default:
      return null;
  }
}

/** 128 + n is a death by signal n; 137 and 143 are what "kill" and "stop" look like, and need no explanation. */
async function howItEnded(event: DockerEvent, connect: () => Promise<Docker>): Promise<string> {
  const code = Number(event.Actor.Attributes.exitCode ?? Number.NaN);
  if (code === 0) return 'ended by itself';
  if (code === 143) return 'ended by SIGTERM';
  try {
    const docker = await connect();
    if (code === 137) {
      const { State: state } = await docker.getContainer(event.Actor.ID).inspect();
      return state.OOMKilled ? 'killed: out of memory' : 'killed';
    }
    const complaint = await lastComplaint(docker, event.Actor.ID);
    return complaint === '' ? `exit code ${code}` : `exit code ${code}: ${complaint}`;
  } catch {
    return code === 137 ? 'killed' : `exit code ${code}`;
  }
}
