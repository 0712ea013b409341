import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Notice } from '../contract/app.ts';
import { noticesVariable } from '../contract/start.ts';

/**
 * Goes on as the bundled server, in this very process where the system can (same pid, same terminal): what started it
 * has loaded a TypeScript compiler that a lab of an hour has no use for. Windows has no execve; there it is loaded here.
 */
export async function becomeServer(
  root: string,
  args: readonly string[],
  notices: readonly Notice[],
): Promise<void> {
  const file = join(root, 'out', 'server', 'serve.mjs');
  const env = { ...process.env, [noticesVariable]: JSON.stringify(notices) };
  // Node 22 has it from 22.15 on.
  const { execve } = process as { readonly execve?: typeof process.execve };
  if (process.platform !== 'win32' && execve !== undefined) {
    execve.call(process, process.execPath, [process.execPath, file, ...args], env);
  }
  process.env[noticesVariable] = env[noticesVariable];
  process.argv.splice(2, Infinity, ...args);
  await import(pathToFileURL(file).href);
}
