//  the same requests --> our firewall | ModSecurity with the Core Rule Set --> one target        who let what through?
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, proxyTo } from '../unit/docker/l7/rig.ts';
import { ask } from './waf/ask.ts';
import { fetchCrs, readCrsCases } from './waf/crs.ts';
import type { CrsCase } from './waf/crs.ts';
import { missing, modSecurity } from './waf/modsecurity.ts';
import { ordinary } from './waf/ordinary.ts';

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
  const target = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.end('served'));
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const { port: targetPort } = target.address() as AddressInfo;
  try {
    const crs = given ?? fetchCrs(folder);
    const cases = readCrsCases(crs);
    if (missing !== null) say(`waf: ${missing}: ours alone`);
    for (const level of [1, 2]) {
      const ours = await proxyTo([targetPort], { accessLog: false, waf: { mode: 'block', paranoia: level } });
      const peer = missing === null ? await modSecurity(crs, level, targetPort) : null;
      try {
        const mine = await scores(ours.port, cases, level);
        const theirs = peer === null ? null : await scores(peer.port, cases, level);
        print(level, mine, theirs, say);
        if (missed !== undefined) for (const name of mine.passed(missed)) say(`  ours let through: ${name}`);
      } finally {
        await peer?.close();
        await cleanUp();
      }
    }
  } finally {
    target.closeAllConnections();
    target.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Scores {
  readonly byGroup: ReadonlyMap<
    string,
    { attacks: number; stopped: number; harmless: number; wrong: number }
  >;
  readonly ordinary: { readonly all: number; readonly stopped: readonly string[] };
  /** Attacks of one family that were let through. */
  passed(group: string): readonly string[];
}

async function scores(port: number, cases: readonly CrsCase[], level: number): Promise<Scores> {
  const byGroup = new Map<string, { attacks: number; stopped: number; harmless: number; wrong: number }>();
  const passed: [group: string, name: string][] = [];
  for (const { group, attack, bytes, level: from, name } of cases) {
    if (from > level) continue;
    const row = byGroup.get(group) ?? { attacks: 0, stopped: 0, harmless: 0, wrong: 0 };
    byGroup.set(group, row);
    const stopped = (await ask(port, bytes)) !== 200;
    row[attack ? 'attacks' : 'harmless'] += 1;
    if (stopped) row[attack ? 'stopped' : 'wrong'] += 1;
    else if (attack)
      passed.push([group, `${name}: ${JSON.stringify(bytes.toString('latin1').slice(0, 600))}`]);
  }
  const wrong: string[] = [];
  for (const one of ordinary) if ((await ask(port, one.bytes)) !== 200) wrong.push(one.name);
  return {
    byGroup,
    ordinary: { all: ordinary.length, stopped: wrong },
    passed: (wanted) =>
      passed.flatMap(([group, name]) => (group === wanted || wanted === 'all' ? [`${group} ${name}`] : [])),
  };
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
