import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../electron/host/engine/docker/connect.ts';
import { findElectron } from '../../electron/start/electron-binary.ts';
import { ensureChromium } from '../support/chromium.ts';
import { run } from './command.ts';
import type { Outcome } from './command.ts';
import { readLabReport, withSecondTry } from './lab-report.ts';
import type { LabReport } from './lab-report.ts';
import { fail, nothing, pass, skip, sum } from './tally.ts';
import type { Tally } from './tally.ts';
import { readVitestReport } from './vitest-report.ts';

export interface Ground {
  readonly root: string;
  /** This run's own temporary folder; everything it starts has it as TMPDIR. */
  readonly temporary: string;
  readonly requireDocker: boolean;
  readonly say: (line: string) => void;
}

export interface Step {
  readonly name: string;
  readonly run: (ground: Ground) => Promise<Tally>;
}

const minute = 60_000;

/** In the order of what tells soonest; each step has the machine to itself. */
export const steps: readonly Step[] = [
  { name: 'check', run: check },
  { name: 'unit', run: (ground) => vitest(ground, ['unit', 'renderer'], 10 * minute, ['--retry=1']) },
  { name: 'fuzz', run: fuzz },
  { name: 'build', run: (ground) => script(ground, ['electron/build.ts'], 5 * minute) },
  { name: 'image', run: image },
  { name: 'integration', run: integration },
  { name: 'labs', run: labs },
  { name: 'e2e', run: endToEnd },
];

function env(ground: Ground, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TMPDIR: ground.temporary,
    // The person's own progress and labs are none of a test's business.
    BLINDSPOT_HOME: join(ground.temporary, 'home'),
    ...more,
  };
}

function node(ground: Ground, args: readonly string[], show: boolean, limitMs: number): Promise<Outcome> {
  return run({ file: process.execPath, args, cwd: ground.root, env: env(ground), show, limitMs });
}

async function check(ground: Ground): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const name of ['types', 'lint', 'format']) {
    const began = performance.now();
    const outcome = await run({
      file: 'npm',
      args: ['run', '--silent', `check:${name}`],
      cwd: ground.root,
      env: env(ground),
      show: false,
      limitMs: 10 * minute,
    });
    const good = outcome.code === 0;
    ground.say(`${good ? 'ok ' : 'NO '} ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    if (!good) ground.say(outcome.stdout + outcome.stderr);
    tallies.push(good ? pass() : fail(`check: ${name} (npm run check:${name})`));
  }
  return sum(tallies);
}

async function vitest(
  ground: Ground,
  projects: readonly string[],
  limitMs: number,
  options: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<Tally> {
  const report = join(ground.temporary, `${projects.join('-')}.json`);
  const outcome = await run({
    file: process.execPath,
    args: [
      join('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--passWithNoTests',
      ...options,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    cwd: ground.root,
    env: env(ground, more),
    show: true,
    limitMs,
  });
  if (outcome.code === 124)
    return fail(`${projects.join(' and ')} tests: not done after ${limitMs / minute} minutes`);
  const text = await readFile(report, 'utf8').catch(() => '');
  return readVitestReport(text, outcome.code, ground.requireDocker);
}

async function script(ground: Ground, args: readonly string[], limitMs: number): Promise<Tally> {
  const { code, stderr } = await node(ground, args, true, limitMs);
  return code === 0
    ? pass()
    : fail(`${args.join(' ')} ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}

/** Two minutes each, every time with another seed: the failure names it. */
async function fuzz(ground: Ground): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const what of ['requests', 'wire']) {
    tallies.push(await script(ground, ['test/soak/main.ts', what, '--seconds', '120'], 6 * minute));
  }
  return sum(tallies);
}

/** Why Docker is not part of this run: a skip, or a failure where it is required. Null when an engine answers. */
async function withoutDocker(ground: Ground, what: string): Promise<Tally | null> {
  const connection = await connect(process.env);
  if ('docker' in connection) return null;
  const why = `${what}: ${connection.what} ${connection.next}`;
  return ground.requireDocker ? fail(`${why} (Docker is required)`) : skip(why);
}

async function image(ground: Ground): Promise<Tally> {
  const absent = await withoutDocker(ground, 'the image');
  return absent ?? (await script(ground, ['electron/cli/image.ts', 'build'], 20 * minute));
}

async function integration(ground: Ground): Promise<Tally> {
  // Docker tests skip themselves, by name, where no engine answers; the embedded engine's run everywhere.
  return await vitest(ground, ['integration'], 20 * minute, ['--retry=1']);
}

async function labs(ground: Ground): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const engine of ['local', 'docker']) {
    const absent = engine === 'docker' ? await withoutDocker(ground, 'labs on docker') : null;
    if (absent !== null) {
      tallies.push(absent);
      continue;
    }
    const first = await proveLabs(ground, engine, ['--all']);
    if (first.failed.size === 0) tallies.push(first.tally);
    else {
      ground.say(`trying again on ${engine}: ${[...first.failed.keys()].join(', ')}`);
      tallies.push(withSecondTry(first, await proveLabs(ground, engine, [...first.failed.keys()]), engine));
    }
  }
  return sum(tallies);
}

async function proveLabs(ground: Ground, engine: string, which: readonly string[]): Promise<LabReport> {
  const args = ['electron/cli/lab.ts', 'verify', ...which, '--engine', engine, '--json'];
  const { stdout, stderr, code } = await node(ground, args, false, 30 * minute);
  const report = readLabReport(stdout, engine, !(ground.requireDocker && engine === 'docker'));
  for (const line of report.lines) ground.say(line);
  if (report.lines.length === 0) ground.say(stderr);
  if (code === 0 || report.tally.failed > 0) return report;
  return { ...report, tally: sum([report.tally, fail(`labs on ${engine}: verify ended with ${code}`)]) };
}

async function endToEnd(ground: Ground): Promise<Tally> {
  const chromium = ensureChromium(ground.say);
  if ('why' in chromium) return skip(`e2e: ${chromium.why}`);
  ground.say(`Chromium: ${chromium.path}`);
  const electron = await findElectron(ground.root, process.platform, process.env);
  const noElectron =
    electron === null
      ? { ...nothing, notRun: ['e2e in Electron: its binary is not here (npm start fetches it)'] }
      : nothing;
  const tally = await vitest(ground, ['e2e'], 30 * minute, [], {
    CHROMIUM: chromium.path,
    ...(electron === null ? {} : { ELECTRON_BINARY: electron }),
  });
  return sum([tally, noElectron]);
}
