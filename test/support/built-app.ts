import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { client } from '../../electron/rpc/client.ts';
import { electronStandIn } from './electron-stand-in.ts';
import { waitUntil } from './wait.ts';

/**
 * Runs the built out/main/main.cjs in this process, with the stand-in where it asks for Electron: what the bundler made
 * of the host is seen to work, in CommonJS, as Electron loads it. `--smoke` as argument does what it does there.
 */
const root = process.argv[2] ?? '';
const stand = electronStandIn();
stand.app.path = root;
Object.assign(stand.app, { exit: (code: number) => process.exit(code) });
Reflect.set(globalThis, 'electronStandIn', stand.electron);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: 'stand-in:electron', format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === 'stand-in:electron'
      ? { format: 'commonjs', source: 'module.exports = globalThis.electronStandIn;', shortCircuit: true }
      : next(url, context),
});
createRequire(import.meta.url)(join(root, 'out', 'main', 'main.cjs'));

const window = await waitUntil(() => stand.windows[0], 60_000, 'the window');
window.webContents.emit('did-finish-load');
const page = stand.loadPage();
const { labs } = await client(page.channel).call('catalogue.list', {});
process.stdout.write(`catalogue: ${labs.map((lab) => lab.id).join(' ')}\n`);
page.unload();
process.kill(process.pid, 'SIGTERM');
