import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A program of the engine's own kind in a few lines: config in, an admin socket, perhaps a port. `behave` in the config
 * makes it end at once, never come up, turn a deaf ear to
 * SIGTERM, or take 300 MiB.
 */
const stub = `
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
const file = process.argv[process.argv.indexOf('--config') + 1];
const config = JSON.parse(readFileSync(file, 'utf8'));
console.log('starting ' + config.node);
if (config.behave === 'reject') {
  console.error('settings.rate: expected a number');
  process.exit(2);
}
if (config.behave === 'deaf') process.on('SIGTERM', () => console.log('not listening'));
const listen = (where) => new Promise((resolve) => {
  createServer((socket) => socket.pipe(socket)).listen(where, resolve);
});
if (config.listen !== undefined) await listen({ host: config.listen.address, port: config.listen.port });
if (config.behave === 'greedy') setTimeout(() => (globalThis.kept = Buffer.alloc(300 << 20, 1)), 100);
if (config.behave === 'mute') setInterval(() => undefined, 1000);
else await listen({ path: config.admin });
console.error('up ' + process.pid);
`;

export async function writeStubPrograms(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'stub.mjs'), stub);
  return dir;
}
