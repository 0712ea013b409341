import { parseArgs } from 'node:util';
import { BlindspotError } from '../contract/errors.ts';

export interface ServerArguments {
  /** Null: the first free one. 0 asks the system for any. */
  readonly port: number | null;
  readonly dev: boolean;
  readonly open: boolean;
}

export const serverUsage = 'npm run serve -- [--port N] [--dev] [--no-open]';

export function readServerArguments(args: readonly string[]): ServerArguments {
  let values: { port?: string | undefined; dev?: boolean | undefined; open?: boolean | undefined };
  try {
    ({ values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: { port: { type: 'string' }, dev: { type: 'boolean' }, open: { type: 'boolean' } },
    }));
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
  return { port: readPort(values.port), dev: values.dev ?? false, open: values.open ?? true };
}

function readPort(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw usage(`--port wants a number from 0 to 65535, not "${text}"`);
  }
  return port;
}

function usage(what: string): BlindspotError {
  return new BlindspotError({ code: 'usage', message: `${what}.`, next: `Usage: ${serverUsage}` });
}
