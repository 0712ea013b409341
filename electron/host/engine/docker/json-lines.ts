import { createInterface } from 'node:readline';

/** Docker's progress and event streams: one JSON value a line, for as long as the engine has something to say. */
export async function* jsonLines<T>(stream: NodeJS.ReadableStream): AsyncGenerator<T, void> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
    lines.close();
  });
  // It repeats the stream's error; between two turns of the loop below nobody else would hear it.
  lines.on('error', () => undefined);
  for await (const line of lines) {
    if (line.trim() !== '') yield JSON.parse(line) as T;
  }
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error('The stream broke.');
}

export interface WorkLine {
  readonly stream?: string;
  readonly status?: string;
  readonly progress?: string;
  readonly error?: string;
}

/** Follows a build, pull or load to its end. The engine reports a failure inside the stream, after a 200. */
export async function followWork(
  stream: NodeJS.ReadableStream,
  onLine: (line: WorkLine) => void,
): Promise<void> {
  for await (const line of jsonLines<WorkLine>(stream)) {
    if (line.error !== undefined) throw new Error(line.error.trim());
    onLine(line);
  }
}
