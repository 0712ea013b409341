import type { ExecHandle } from '../engine/engine.ts';
import type { ActOfHand } from '../checks/evidence.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { readCommands } from './typed-commands.ts';
import type { TypedCommand } from './typed-commands.ts';

/** What a command prints reaches the evidence so much later at most; a flood of output must not be read at each piece. */
const settleMs = 200;

/** A person's shell, whose commands become evidence as they run: what was typed counts as much as what was clicked. */
export function watchedShell(
  node: string,
  shell: ExecHandle,
  telemetry: Pick<Telemetry, 'record' | 'amend'>,
): ExecHandle {
  let act: (ActOfHand & { kind: 'command' }) | null = null;
  let command: TypedCommand | null = null;
  let timer: NodeJS.Timeout | undefined;

  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (act === null || command === null) return;
    const next = { ...act, output: command.output() };
    telemetry.amend(act, next);
    act = next;
  };
  const reader = readCommands((told) => {
    if (told === command) {
      timer ??= setTimeout(write, settleMs);
      return;
    }
    write();
    command = told;
    act = { kind: 'command', node, at: Date.now(), text: told.text, output: '' };
    telemetry.record(act);
  });
  void shell.exit.finally(write);
  return {
    ...shell,
    onText: (listener) =>
      shell.onText((text) => {
        reader.read(text);
        listener(text);
      }),
  };
}
