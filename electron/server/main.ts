import { join } from 'node:path';
import { buildApart } from '../build/apart.ts';
import { toErrorShape } from '../contract/errors.ts';
import { readServerArguments } from './arguments.ts';
import { becomeServer } from './become.ts';

// npm run serve: the window for a browser, from the same host as the desktop app.
try {
  const root = join(import.meta.dirname, '..', '..');
  const args = process.argv.slice(2);
  const { dev, ...options } = readServerArguments(args);
  if (dev) {
    const [{ runServer }, { devMiddleware }] = await Promise.all([import('./run.ts'), import('./dev.ts')]);
    await runServer({ root, notices: [], development: await devMiddleware(root), ...options });
  } else {
    await buildApart(root, 'window', 'server');
    await becomeServer(root, args, []);
  }
} catch (error) {
  const { code, message, next } = toErrorShape(error);
  process.stderr.write(`${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exit(code === 'usage' ? 2 : 1);
}
