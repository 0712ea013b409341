import { spawn } from 'node:child_process';
import { smokeWord } from '../contract/start.ts';
import { electronEnv } from './electron-env.ts';
import { lastWords } from './electron-download.ts';

/** What a first window may take. A machine that needs longer, or lacks a library, gets the browser. */
const limitMs = 3000;

/** Starts Electron for a moment, unseen, and sees whether its window comes up. Null when it does, otherwise why not. */
export async function smokeStart(binary: string, root: string, limit = limitMs): Promise<string | null> {
  // The very first start on a machine reads a cold disk and may be looked at by a virus scanner: it has a second chance.
  const first = await attempt(binary, root, limit);
  return first === 'late' ? told(await attempt(binary, root, limit), limit) : told(first, limit);
}

type Attempt = 'up' | 'late' | { readonly complaint: string };

function told(outcome: Attempt, limit: number): string | null {
  if (outcome === 'up') return null;
  if (outcome === 'late') return `Electron's window did not come up within ${limit / 1000} s.`;
  return `Electron does not start here: ${outcome.complaint}.`;
}

function attempt(binary: string, root: string, limit: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const child = spawn(binary, [root, '--smoke'], {
      env: electronEnv([]),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complaint = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-4000)));
    const end = (outcome: Attempt): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.once('error', (error) => end({ complaint: error.message }));
    child.once('close', (code, signal) => {
      if (said.includes(smokeWord)) end('up');
      else if (late) end('late');
      else end({ complaint: lastWords(complaint) ?? `it ended with ${code ?? signal ?? 'no word'}` });
    });
  });
}
