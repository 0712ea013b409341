import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeLeftovers, traces } from './run/leftovers.ts';
import { steps } from './run/steps.ts';
import type { Ground } from './run/steps.ts';
import { fail, lastLine, nothing, sum } from './run/tally.ts';
import type { Tally } from './run/tally.ts';

/**
 *   npm test [-- --only unit,e2e]
 *
 * Runs everything that this machine allows, one step after another, and names what it could not run. Docker is used where
 * an engine answers; BLINDSPOT_REQUIRE_DOCKER=1 makes its absence a failure. The last line is the verdict in one form.
 */
const names = steps.map((step) => step.name);
const only = readOnly(process.argv.slice(2));
const ground: Ground = {
  root: join(import.meta.dirname, '..'),
  // Short, because sockets lie below it and a socket's path has room for 104 bytes on macOS.
  temporary: await mkdtemp(join(tmpdir(), 'bst-')),
  requireDocker: process.env.BLINDSPOT_REQUIRE_DOCKER === '1',
  say: (line) => process.stdout.write(`${line}\n`),
};

const interruption = new AbortController();
const { signal } = interruption;
process.on('SIGINT', () => interruption.abort());

const before = await traces();
const results: { readonly name: string; readonly tally: Tally; readonly seconds: number }[] = [];

for (const { name, run } of steps) {
  if (signal.aborted || (only !== null && !only.includes(name))) continue;
  await timed(name, () => run(ground));
}
await timed('leftovers', () => judgeLeftovers(before, ground.temporary));
await rm(ground.temporary, { recursive: true, force: true, maxRetries: 3 });

const total = sum([
  ...results.map(({ tally }) => tally),
  signal.aborted ? fail('the run was interrupted') : nothing,
]);
report(total);
process.exitCode = total.failed === 0 ? 0 : 1;

async function timed(name: string, run: () => Promise<Tally>): Promise<void> {
  ground.say(`\n== ${name}`);
  const began = performance.now();
  const tally = await run().catch((error: unknown) =>
    fail(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  );
  const seconds = (performance.now() - began) / 1000;
  results.push({ name, tally, seconds });
  ground.say(`== ${name}: ${lastLine(tally)} in ${seconds.toFixed(1)} s`);
}

function report(total: Tally): void {
  ground.say('\n== summary');
  for (const { name, tally, seconds } of results) {
    ground.say(
      `${tally.failed === 0 ? 'ok ' : 'NO '} ${name.padEnd(12)} ${lastLine(tally)}, ${seconds.toFixed(1)} s`,
    );
  }
  const left = only === null ? [] : names.filter((name) => !only.includes(name));
  if (left.length > 0) ground.say(`\nNot asked for (--only): ${left.join(', ')}`);
  list('Could not be run here:', total.notRun);
  list('Unsteady (failed at first, passed when tried again):', total.unsteady);
  list('Failed:', total.failures);
  ground.say(`\n${lastLine(total)}`);
}

function list(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  ground.say(`\n${title}`);
  for (const line of lines) ground.say(`  ${line}`);
}

function readOnly(args: readonly string[]): readonly string[] | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' } } });
    const asked = values.only?.split(',').map((name) => name.trim()) ?? null;
    const unknown = asked?.filter((name) => !names.includes(name)) ?? [];
    if (unknown.length === 0) return asked;
    throw new Error(`There is no step "${unknown.join('", "')}".`);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${what}\nUsage: npm test [-- --only ${names.join(',')}]\n`);
    process.exit(2);
  }
}
