import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BlindspotError } from '../contract/errors.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { connected } from '../host/engine/docker/connect.ts';
import { createImageStore } from '../host/engine/docker/image/image-store.ts';

/**
 *   npm run image -- build [--all] | status | save FILE | load FILE
 *
 * Exit status: 0 good, 1 failed, 2 wrong usage, 3 the engine or the image is missing.
 */
const usage = `Usage: npm run image -- COMMAND

  build         build the lab's image if its inputs have changed; with --all the one of real systems, too
  status        say whether the images are there
  save FILE     write every image that is there to one compressed file
  load FILE     read them from such a file, without any network

The image of real systems (HAProxy, NGINX, Redis, PostgreSQL ...) is otherwise built when a lab first needs it.
`;
const imageNames = ['lab', 'peers'] as const;
const missingCodes: readonly ErrorCode[] = ['engine-missing', 'engine-lost', 'image-missing'];
const root = resolve(import.meta.dirname, '..', '..');

async function main(args: readonly string[]): Promise<number> {
  const { command, file, all } = parse(args);
  if (command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const connection = await connected(process.env);
  const store = createImageStore(root);
  switch (command) {
    case 'build': {
      for (const name of all ? imageNames : (['lab'] as const)) {
        const done = await store.build(connection, name, printProgress(), new AbortController().signal);
        const { tag, sizeBytes } = await store.status(connection, name);
        say(`${tag}: ${done === 'built' ? 'built' : 'present, inputs unchanged'}, ${megabytes(sizeBytes)}`);
      }
      return 0;
    }
    case 'status': {
      say(`${connection.name} at ${connection.endpoint} (${connection.architecture})`);
      const reports = await Promise.all(imageNames.map((name) => store.status(connection, name)));
      for (const { state, tag, sizeBytes } of reports)
        say(`${tag}: ${state}${sizeBytes === null ? '' : `, ${megabytes(sizeBytes)}`}`);
      // Without the second image every lab runs that has no real system in it, and the first that has builds it.
      return reports[0]?.state === 'present' ? 0 : 3;
    }
    case 'save': {
      const { tags, bytes } = await store.save(connection, file);
      say(`${file}: ${tags.join(' and ')}, ${megabytes(bytes)}`);
      return 0;
    }
    case 'load': {
      const { tags } = await store.load(connection, file);
      say(`${tags.join(' and ')}: loaded from ${file}`);
      return 0;
    }
  }
}

type Command = 'build' | 'status' | 'save' | 'load' | 'help';

interface Wish {
  readonly command: Command;
  readonly file: string;
  readonly all: boolean;
}

function parse(args: readonly string[]): Wish {
  const { positionals, values } = readArgs(args);
  const [command, file, ...more] = positionals;
  if (values.help === true || command === 'help') return { command: 'help', file: '', all: false };
  const all = values.all === true;
  if (all && command !== 'build') throw wrongUsage('"--all" goes with "build" only.');
  const takesFile = command === 'save' || command === 'load';
  if (command !== 'build' && command !== 'status' && !takesFile) {
    throw wrongUsage(command === undefined ? 'No command was given.' : `There is no command "${command}".`);
  }
  if (takesFile && file === undefined) throw wrongUsage(`"${command}" needs the name of a file.`);
  const extra = takesFile ? more[0] : file;
  if (extra !== undefined) throw wrongUsage(`"${extra}" is one argument too many.`);
  return { command, file: file === undefined ? '' : resolve(file), all };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, all: { type: 'boolean' } },
    });
  } catch (error) {
    throw wrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function wrongUsage(message: string): BlindspotError {
  return new BlindspotError({ code: 'usage', message, next: usage.trimEnd() });
}

/** One line a step, with a newer detail of the same step on its own line only where somebody watches. */
function printProgress(): (step: string, detail: string) => void {
  let last = '';
  return (step, detail) => {
    if (step === last && !process.stderr.isTTY) return;
    last = step;
    process.stderr.write(detail === '' ? `${step}\n` : `${step}: ${detail}\n`);
  };
}

function megabytes(bytes: number | null): string {
  return bytes === null ? 'size unknown' : `${(bytes / 1_000_000).toFixed(0)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code, message, next } =
    error instanceof BlindspotError
      ? error
      : {
          code: 'internal' as const,
          message: error instanceof Error ? error.message : String(error),
          next: undefined,
        };
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exitCode = code === 'usage' ? 2 : missingCodes.includes(code) ? 3 : 1;
}
