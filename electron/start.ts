import './server/small-heap.ts';
import { join } from 'node:path';
import { toErrorShape } from './contract/errors.ts';
import { thisMachine } from './server/open-browser.ts';
import { runServer } from './server/run.ts';
import { readStartArguments } from './start/arguments.ts';
import { chooseFace } from './start/choose-face.ts';
import { electronBinary } from './start/electron-binary.ts';
import { launch } from './start/launch.ts';
import { buildApart } from './build/apart.ts';
import { smokeStart } from './start/smoke.ts';

// npm start: build what is stale --> Electron where it can be had --> otherwise the same window in a browser

const root = join(import.meta.dirname, '..');

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function start(): Promise<void> {
  const { browser, port, open } = readStartArguments(process.argv.slice(2));
  await buildApart(root, 'window', 'programs');
  const server = { root, port, open, dev: false };
  if (browser) return runServer({ ...server, notices: [] });

  const face = await chooseFace({
    machine: thisMachine(),
    binary: () => electronBinary({ root, platform: process.platform, env: process.env, say }),
    shell: () => buildApart(root, 'shell'),
    smoke: (binary) => smokeStart(binary, root),
  });
  if (face.kind === 'electron') process.exit(await launch(face.binary, root, []));
  say(face.notice.text);
  await runServer({ ...server, notices: [face.notice] });
}

try {
  await start();
} catch (error) {
  const { code, message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(code === 'usage' ? 2 : 1);
}
