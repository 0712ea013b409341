import './small-heap.ts';
import { join } from 'node:path';
import { toErrorShape } from '../contract/errors.ts';
import { buildApart } from '../build/apart.ts';
import { readServerArguments } from './arguments.ts';
import { runServer } from './run.ts';

// npm run serve: the window for a browser, from the same host as the desktop app.
try {
  const root = join(import.meta.dirname, '..', '..');
  const options = readServerArguments(process.argv.slice(2));
  if (!options.dev) await buildApart(root, 'window');
  await runServer({ root, notices: [], ...options });
} catch (error) {
  const { code, message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(code === 'usage' ? 2 : 1);
}
