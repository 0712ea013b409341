import './small-heap.ts';
import { join } from 'node:path';
import { toErrorShape } from '../contract/errors.ts';
import { noticesVariable, readNotices } from '../contract/start.ts';
import { readServerArguments } from './arguments.ts';
import { runServer } from './run.ts';

// The bundled server: out/server/serve.mjs lies as deep below the root as this file does.
try {
  const root = join(import.meta.dirname, '..', '..');
  const notices = readNotices(process.env[noticesVariable]);
  await runServer({ root, notices, ...readServerArguments(process.argv.slice(2)) });
} catch (error) {
  const { code, message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(code === 'usage' ? 2 : 1);
}
