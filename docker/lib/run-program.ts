import type { BaseConfig, Role } from './program-types.ts';
import { ConfigProblem, readConfig } from './read-config.ts';
import { startProgram } from './start-program.ts';
import type { RunningProgram } from './start-program.ts';

/** A role as a process: config in, signals heard, exit status out (0 stopped in order, 1 failed, 2 wrong config). */
export async function runProgram<C extends BaseConfig>(role: Role<C>): Promise<void> {
  process.on('uncaughtException', (error) => fail(role.role, error));
  let running: RunningProgram;
  try {
    running = await startProgram(role, readConfig(role.schema, process.argv.slice(2), process.env));
  } catch (error) {
    if (!(error instanceof ConfigProblem)) fail(role.role, error);
    process.stderr.write(`${role.role}: ${error.message}\n`);
    process.exit(2);
  }
  let stopping = false;
  const onSignal = (signal: string) => {
    if (running.program.heeds?.(signal) === false) {
      running.context.events.emit({ type: 'note', text: `${signal} ignored` });
      return;
    }
    if (stopping) return;
    stopping = true;
    running.stop(signal).then(
      () => process.exit(0),
      (error: unknown) => fail(role.role, error),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function fail(role: string, error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${role}: ${text}\n`);
  process.exit(1);
}
