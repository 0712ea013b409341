import { parseArgs } from 'node:util';
import { BlindspotError } from '../contract/errors.ts';
import { readServerArguments } from '../server/arguments.ts';

export interface StartArguments {
  /** The person wants a browser, whatever else there is. */
  readonly browser: boolean;
  readonly port: number | null;
  readonly open: boolean;
}

/** `--browser` is the start's own; the rest is the server's. A port only makes sense there, so it asks for a browser. */
export function readStartArguments(args: readonly string[]): StartArguments {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true });
  const asked = tokens.some((token) => token.kind === 'option' && token.name === 'browser');
  const { port, open, dev } = readServerArguments(args.filter((arg) => arg !== '--browser'));
  if (dev) {
    throw new BlindspotError({
      code: 'usage',
      message: 'npm start has no --dev.',
      next: 'Use "npm run dev".',
    });
  }
  return { browser: asked || port !== null, port, open };
}
