import type Docker from 'dockerode';
import type { LogLine } from '../../../contract/measure.ts';
import { containerName } from './containers.ts';
import { dockerFailure } from './failure.ts';
import { frameReader } from './frames.ts';
import { textLines } from './text-lines.ts';

const firstLines = 500;

/**
 * A node's output, over its restarts: the engine ends the stream with the container's life, so it is followed anew at
 * each start, from the last moment seen.
 */
export async function followLogs(
  docker: Docker,
  session: string,
  node: string,
  listener: (line: LogLine) => void,
  onStart: (again: () => void) => () => void,
): Promise<() => void> {
  const container = docker.getContainer(containerName(session, node));
  const stopped = new AbortController();
  let current = new AbortController();
  let last = '';

  const follow = async (): Promise<void> => {
    current.abort();
    current = new AbortController();
    const seen = last;
    const { signal } = current;
    const stream = await container.logs({
      follow: true,
      stdout: true,
      stderr: true,
      timestamps: true,
      // Whole seconds only; what was seen of that second already is dropped below by its full timestamp.
      ...(seen === '' ? { tail: firstLines } : { since: Math.floor(Date.parse(seen) / 1000) }),
      abortSignal: AbortSignal.any([signal, stopped.signal]),
    });
    readLog(stream, (line, stamp) => {
      if (signal.aborted || stopped.signal.aborted || (seen !== '' && stamp <= seen)) return;
      if (stamp > last) last = stamp;
      listener(line);
    });
  };

  try {
    await follow();
  } catch (error) {
    throw dockerFailure(`The log of ${node} cannot be read`, error);
  }
  // A start that cannot be followed shows in the node's own state; the log then simply has no more lines.
  const stopListening = onStart(() => void follow().catch(() => undefined));
  return () => {
    stopListening();
    stopped.abort();
  };
}

/** The last thing a node said on its error output: why it ended, in its own words. */
export async function lastComplaint(docker: Docker, container: string): Promise<string> {
  const buffer = await docker.getContainer(container).logs({ stderr: true, tail: 20, timestamps: true });
  const lines: string[] = [];
  const split = textLines((text) => lines.push(parseLine('stderr', text).line.text));
  frameReader((_, chunk) => split.add(chunk))(buffer);
  split.end();
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
}

function readLog(stream: NodeJS.ReadableStream, take: (line: LogLine, stamp: string) => void): void {
  const split = (name: LogLine['stream']) =>
    textLines((text) => {
      const { line, stamp } = parseLine(name, text);
      take(line, stamp);
    });
  const lines = { stdout: split('stdout'), stderr: split('stderr') };
  stream.on(
    'data',
    frameReader((name, chunk) => lines[name].add(chunk)),
  );
  stream.on('end', () => {
    lines.stdout.end();
    lines.stderr.end();
  });
  // An abort or a lost engine; both are told elsewhere.
  stream.on('error', () => undefined);
}

/** "2026-11-21T03:40:00.123456789Z text": the engine's clock, to the nanosecond, always in that width. */
function parseLine(stream: LogLine['stream'], text: string): { line: LogLine; stamp: string } {
  const blank = text.indexOf(' ');
  const stamp = text.slice(0, blank);
  const at = Date.parse(stamp);
  return Number.isNaN(at)
    ? { line: { at: Date.now(), stream, text }, stamp: '' }
    : { line: { at, stream, text: text.slice(blank + 1) }, stamp };
}
