import type { Notice } from '../contract/app.ts';
import { noticesVariable } from '../contract/start.ts';

/** The environment for Electron, with what the start has to say to the window. */
export function electronEnv(notices: readonly Notice[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [noticesVariable]: JSON.stringify(notices) };
  // Terminals inside Electron apps (editors) set it, and it turns ours into a plain Node.
  delete env.ELECTRON_RUN_AS_NODE;
  return env;
}
