import { execFile } from 'node:child_process';

export interface Outcome {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** Runs a real client to its end, beside the proxy of this process. */
export function runProgram(
  binary: string,
  args: readonly string[],
  { timeoutMs = 60_000, input = '' } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      binary,
      args,
      { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 1), out, err }),
    );
    child.stdin?.end(input);
  });
}
