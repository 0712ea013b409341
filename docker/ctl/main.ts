import type { FaultListing } from '../protocol/admin.ts';
import { adminCall, CallProblem } from './admin-call.ts';
import { commandOf, heal, help, UsageProblem } from './command.ts';
import type { Command } from './command.ts';
import { show } from './show.ts';

/** words --> one admin call --> lines. Exit status: 0 done, 1 the program said no or is not there, 2 wrong usage. */
async function main(words: readonly string[]): Promise<void> {
  const socketPath = process.env.BLINDSPOT_ADMIN ?? '/run/blindspot/admin.sock';
  const raw = words.includes('--json');
  const command = commandOf(words.filter((word) => word !== '--json'));
  if (command === 'help') {
    process.stdout.write(help);
    return;
  }
  for (const each of command === 'heal-all' ? await healAll(socketPath) : [command]) {
    const answer = await adminCall(socketPath, each);
    process.stdout.write(`${raw ? JSON.stringify(answer) : show(answer, each)}\n`);
  }
}

async function healAll(socketPath: string): Promise<Command[]> {
  const list = await adminCall(socketPath, { method: 'GET', path: '/faults', show: 'faults' });
  return (list as unknown as FaultListing[])
    .filter(({ active }) => active !== null)
    .map(({ name }) => heal(name));
}

// `ctl events | head` closes the pipe early; that is not an error.
process.stdout.on('error', () => process.exit(0));
try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageProblem) && !(error instanceof CallProblem)) throw error;
  process.stderr.write(`ctl: ${error.message}\n`);
  process.exitCode = error instanceof UsageProblem ? 2 : 1;
}
