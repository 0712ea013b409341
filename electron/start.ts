import { join } from 'node:path';
import type { Notice } from './contract/app.ts';
import { toErrorShape } from './contract/errors.ts';
import { thisMachine } from './server/open-browser.ts';
import { becomeServer } from './server/become.ts';
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
  const inBrowser = async (notices: readonly Notice[]): Promise<void> => {
    await buildApart(root, 'server');
    const args = [...(port === null ? [] : ['--port', String(port)]), ...(open ? [] : ['--no-open'])];
    await becomeServer(root, args, notices);
  };
  if (browser) return inBrowser([]);

  const face = await chooseFace({
    machine: thisMachine(),
    binary: () => electronBinary({ root, platform: process.platform, env: process.env, say }),
    shell: () => buildApart(root, 'shell'),
    smoke: (binary) => smokeStart(binary, root),
  });
  if (face.kind === 'electron') process.exit(await launch(face.binary, root, []));
  say(face.notice.text);
  await inBrowser([face.notice]);
}

try {
  await start();
} catch (error) {
  const { code, message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(code === 'usage' ? 2 : 1);
}
