import { createLocalEngine } from '../../../electron/host/engine/local/local-engine.ts';
import { nodeSpec } from '../../unit/electron/host/engine/local/lab.ts';

/**
 * An app to be killed: brings up nodes, stops one of them, and leaves a background job in a terminal.
 * Arguments: state folder, programs, platform. Prints one line of JSON when all is there.
 */
const [stateDir = '', programs = '', platform = 'linux'] = process.argv.slice(2);
const engine = createLocalEngine({
  root: process.cwd(),
  stateDir,
  bundles: () => Promise.resolve({ dir: programs, hash: 'stub' }),
  platform: platform as NodeJS.Platform,
});
const session = `doomed-${process.pid}`;
const names = ['backend-1', 'backend-2', 'backend-3'];
const allocation = await engine.allocate(
  session,
  names,
  Object.fromEntries(names.map((name) => [name, 8080])),
);
const spec = {
  session,
  lab: 'stub-lab',
  scale: 1,
  startedAt: Date.now(),
  allocation,
  nodeCount: names.length,
};
const nodes = names.map((name) => nodeSpec(name, allocation.nodes[name]));
await engine.up(spec, nodes, () => undefined, new AbortController().signal);
await engine.power(session, 'backend-2', 'pause');

let pids: readonly number[] = [];
if (platform === 'linux') {
  const shell = await engine.exec(session, 'backend-1', { command: [], tty: { cols: 80, rows: 24 } });
  let seen = '';
  await new Promise<void>((resolve) => {
    shell.onText((text) => {
      seen += text;
      if (/job=\d+/.test(seen)) resolve();
    });
    shell.write('nohup sleep 600 >/dev/null 2>&1 & echo job=$!\r');
  });
  pids = [Number(/job=(\d+)/.exec(seen)?.[1])];
}
const [found] = await engine.found();
process.stdout.write(`${JSON.stringify({ session, pids, running: found?.running, nodes })}\n`);
