import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, finish, usage } from './exit.ts';

/** One data-plane program alone, in the foreground: `npm run --silent program -- ROLE --config FILE`. */
const root = join(import.meta.dirname, '..', '..');

await finish(async () => {
  const [role, ...rest] = process.argv.slice(2);
  const roles = readdirSync(join(root, 'docker')).filter((name) =>
    existsSync(join(root, 'docker', name, 'main.ts')),
  );
  const next = `npm run --silent program -- ROLE --config FILE, where ROLE is ${roles.join(', ')}`;
  if (role === undefined || !roles.includes(role)) throw usage(`There is no program "${role ?? ''}".`, next);
  const child = spawn(process.execPath, [join(root, 'docker', role, 'main.ts'), ...rest], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; this process only waits for the program to end in its own way.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise<number>((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(code ?? (signal === null ? exitCodes.good : exitCodes.failed)),
    );
  });
});
