import { readFileSync, readdirSync } from 'node:fs';

/**
 * Every process of a session, and whatever it starts in turn, carries these two variables in its environment. Linux
 * shows a process's environment to its own user, so that even a background job which someone left in a lab's terminal
 * is found again, and can be told from everything else on the machine.
 */
export const sessionMark = 'BLINDSPOT_SESSION';
export const ownerMark = 'BLINDSPOT_OWNER';

/** Pids of all processes with this variable in the environment they were started with. Linux only. */
export function marked(name: string, value: string): readonly number[] {
  const mark = `${name}=${value}`;
  return pids().filter((pid) => environment(pid).includes(mark));
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

function environment(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // Gone meanwhile, or another user's.
    return [];
  }
}
