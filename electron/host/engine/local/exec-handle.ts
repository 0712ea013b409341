import type { ExecHandle } from '../engine.ts';

/** What a shell or command can be told, whatever carries it. */
export interface ExecControls {
  write(text: string): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  close(): void;
}

export interface ExecEnds {
  readonly handle: ExecHandle;
  text(text: string): void;
  end(reason: string, status: number | null): void;
  /** Ends it from our side, with our reason. */
  hangUp(reason: string): void;
}

/** Joins controls and events to the engine's handle. Text that comes before the first listener waits for it. */
export function execHandle(controls: ExecControls): ExecEnds {
  const texts: ((text: string) => void)[] = [];
  const ends: ((reason: string) => void)[] = [];
  let early = '';
  let ended: string | null = null;
  let settle: (status: number | null) => void;
  const exit = new Promise<number | null>((resolve) => (settle = resolve));
  const open = (act: () => void): void => {
    if (ended === null) act();
  };

  const end = (reason: string, status: number | null): void => {
    if (ended !== null) return;
    ended = reason;
    settle(status);
    for (const listener of ends) listener(reason);
  };

  return {
    handle: {
      onText(listener) {
        texts.push(listener);
        const waiting = early;
        early = '';
        if (waiting !== '') listener(waiting);
      },
      onEnd(listener) {
        ends.push(listener);
        if (ended !== null) listener(ended);
      },
      write: (text) => open(() => controls.write(text)),
      resize: (cols, rows) => {
        open(() => controls.resize(cols, rows));
        return Promise.resolve();
      },
      pause: () => open(() => controls.pause()),
      resume: () => open(() => controls.resume()),
      close: () => open(() => controls.close()),
      exit,
    },
    text(text) {
      if (ended !== null) return;
      if (texts.length === 0) early += text;
      for (const listener of texts) listener(text);
    },
    end,
    hangUp(reason) {
      open(() => controls.close());
      end(reason, null);
    },
  };
}
