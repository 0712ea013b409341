// shell -> terminal text with marks -> this reader -> one command after another, each with what it printed

/** A command as it was typed at a terminal; the same one again and again while it prints. */
export interface TypedCommand {
  readonly text: string;
  /** So far: its end, as much as is kept. */
  output(): string;
}

/**
 * The nodes' shells mark their prompts as terminals commonly understand it (OSC 133): A and B around the prompt, C where
 * a command begins to run, D where it has ended. What stands between C and D is output, and nothing else is. A shell that
 * cannot say C (sh, bash before 4.4) is taken to run from the end of the typed line on.
 */
const esc = '\u001b';
const bell = '\u0007';
const oscEnd = `[^${bell}${esc}]*(?:${bell}|${esc}\\\\)`;
const mark = new RegExp(`${esc}\\]133;([ABCD])${oscEnd}`);
/** Titles, colours, modes of the screen. */
const sequences = new RegExp(`${esc}\\]${oscEnd}|${esc}\\[[0-9;?]*[ -/]*[@-~]|${esc}[@-Z\\\\-_=>]`, 'g');
/** As much output of one command as is kept, its end: a check looks at what a person can still see. */
const keptOutput = 64 * 1024;
/** A mark may come in two pieces; what is longer than this is none. */
const longestMark = 64;

export interface CommandReader {
  read(text: string): void;
}

/** `told` hears of each command when it begins to run, and whenever it has printed more. */
export function readCommands(told: (command: TypedCommand) => void): CommandReader {
  let state: 'between' | 'typing' | 'running' = 'between';
  let rest = '';
  let typed = '';
  let command = commandOf('');

  const run = (): void => {
    state = 'running';
    command = commandOf(plain(unfolded(typed)).trim());
    told(command);
  };
  const take = (text: string): void => {
    if (text === '' || state === 'between') return;
    if (state === 'running') {
      command.print(text);
      told(command);
      return;
    }
    typed += text;
    const end = typed.indexOf('\n');
    if (end === -1) return;
    const beyond = typed.slice(end + 1);
    typed = typed.slice(0, end);
    run();
    take(beyond);
  };
  const turn = (letter: string): void => {
    if (letter === 'B') {
      state = 'typing';
      typed = '';
    } else if (letter !== 'C') state = 'between';
    else if (state === 'typing') run();
    // It was taken to run since the end of its first line; what came since then was the rest of its lines.
    else if (state === 'running') command.forget();
  };

  return {
    read(text) {
      rest += text;
      for (let found = mark.exec(rest); found !== null; found = mark.exec(rest)) {
        take(rest.slice(0, found.index));
        turn(found[1] ?? '');
        rest = rest.slice(found.index + found[0].length);
      }
      const open = rest.lastIndexOf(esc);
      const whole = open === -1 || rest.length - open > longestMark ? rest.length : open;
      take(rest.slice(0, whole));
      rest = rest.slice(whole);
    },
  };
}

function commandOf(text: string): TypedCommand & { print(text: string): void; forget(): void } {
  let printed = '';
  return {
    text,
    output: () => plain(printed),
    print: (more) => (printed = (printed + more).slice(-keptOutput)),
    forget: () => (printed = ''),
  };
}

/** At the edge of a terminal readline prints a space and a carriage return, so that the line goes on below. */
function unfolded(line: string): string {
  return line.replace(sequences, '').replaceAll(' \r', '');
}

function plain(text: string): string {
  return text.replace(sequences, '').replaceAll('\r\n', '\n').replaceAll('\r', '');
}
