import { join } from 'node:path';
import { toErrorShape } from './contract/errors.ts';
import { partNames } from './build/apart.ts';
import type { PartName } from './build/apart.ts';
import { buildPart, buildPrograms, serverPart, shellPart, windowPart } from './build/parts.ts';
import type { Say } from './build/parts.ts';

// npm run build [-- window server shell programs]: everything that is stale, and nothing else.
const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const quiet = words.includes('--quiet');
const wanted = words.filter((word) => word !== '--quiet');
const said: string[] = [];
const say: Say = (line) => {
  said.push(line);
  process.stdout.write(`${line}\n`);
};
const builds: Readonly<Record<PartName, () => Promise<unknown>>> = {
  window: () => buildPart(root, windowPart, say),
  server: () => buildPart(root, serverPart, say),
  shell: () => buildPart(root, shellPart, say),
  programs: () => buildPrograms(root, say),
};

const unknown = wanted.filter((word) => !(partNames as readonly string[]).includes(word));
if (unknown.length > 0) {
  process.stderr.write(`There is no part "${unknown.join(' ')}".\nThe parts are ${partNames.join(', ')}.\n`);
  process.exit(2);
}
try {
  for (const name of partNames) if (wanted.length === 0 || wanted.includes(name)) await builds[name]();
  if (said.length === 0 && !quiet) say('Everything is built already.');
} catch (error) {
  const { message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(1);
}
