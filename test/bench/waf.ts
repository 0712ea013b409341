import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareWaf } from './waf/compare.ts';
import type { Scores } from './waf/compare.ts';
import { fetchCrs, readCrsCases } from './waf/crs.ts';
import { missing } from './waf/modsecurity.ts';

const families: Readonly<Record<string, string>> = {
  '911': 'method',
  '913': 'scanner',
  '920': 'protocol',
  '921': 'protocol attack',
  '922': 'multipart',
  '930': 'traversal',
  '931': 'remote file',
  '932': 'command',
  '933': 'PHP',
  '934': 'Node.js',
  '941': 'script',
  '942': 'SQL',
  '943': 'session fixation',
  '944': 'Java',
};

/**
 * The Core Rule Set's own tests, by family: how many of the attacks were not let through, and of the requests that the tested
 * rule must leave alone, how many were stopped all the same. And how many of our own list of ordinary requests.
 */
export async function benchWaf(
  given: string | undefined,
  missed: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-crs-'));
  try {
    const crs = given ?? fetchCrs(folder);
    const cases = readCrsCases(crs);
    if (missing !== null) say(`waf: ${missing}: ours alone`);
    for (const level of [1, 2] as const) {
      const { ours, theirs } = await compareWaf(crs, cases, level);
      print(level, ours, theirs, say);
      if (missed !== undefined) for (const name of ours.passed(missed)) say(`  ours let through: ${name}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(level: number, ours: Scores, theirs: Scores | null, say: (line: string) => void): void {
  say(
    `waf: paranoia level ${level}, threshold 5: stopped of the attacks, and of what is harmless to the tested rule`,
  );
  say(
    `  ${'family'.padEnd(18)}${'ours'.padStart(14)}${'ModSecurity'.padStart(14)}${'ours wrong'.padStart(14)}${'its wrong'.padStart(14)}`,
  );
  for (const [group, mine] of ours.byGroup) {
    const other = theirs?.byGroup.get(group);
    const of = (part: number | undefined, all: number) =>
      (part === undefined ? '-' : `${part}/${all}`).padStart(14);
    say(
      `  ${(families[group] ?? group).padEnd(18)}${of(mine.stopped, mine.attacks)}${of(other?.stopped, mine.attacks)}` +
        `${of(mine.wrong, mine.harmless)}${of(other?.wrong, mine.harmless)}`,
    );
  }
  const { all, stopped } = ours.ordinary;
  say(
    `  of ${all} ordinary requests ours stopped ${stopped.length}${stopped.length === 0 ? '' : `: ${stopped.join('; ')}`}`,
  );
  if (theirs === null) return;
  const other = theirs.ordinary.stopped;
  say(`  and ModSecurity ${other.length}${other.length === 0 ? '' : `: ${other.join('; ')}`}`);
}
