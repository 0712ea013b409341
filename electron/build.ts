import { join } from 'node:path';
import { toErrorShape } from './contract/errors.ts';
import { buildPart, buildPrograms, shellPart, windowPart } from './build/parts.ts';
import type { Say } from './build/parts.ts';

// npm run build: everything that is stale, and nothing else.
const root = join(import.meta.dirname, '..');
const say: Say = (line) => process.stdout.write(`${line}\n`);
try {
  const window = await buildPart(root, windowPart, say);
  const shell = await buildPart(root, shellPart, say);
  await buildPrograms(root, say);
  if (!window && !shell) say('Everything is built already.');
} catch (error) {
  const { message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(1);
}
