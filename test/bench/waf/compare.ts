//  the same requests --> our firewall | ModSecurity with the Core Rule Set --> one target        who let what through?
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUp, proxyTo } from '../../unit/docker/l7/rig.ts';
import { ask } from './ask.ts';
import type { CrsCase } from './crs.ts';
import { missing, modSecurity } from './modsecurity.ts';
import { ordinary } from './ordinary.ts';

export interface Row {
  readonly attacks: number;
  /** Attacks that were not let through. */
  readonly stopped: number;
  /** Requests that the tested rule must leave alone, and how many were stopped all the same. */
  readonly harmless: number;
  readonly wrong: number;
}

export interface Scores {
  /** By the number that the Core Rule Set gives to a family. */
  readonly byGroup: ReadonlyMap<string, Row>;
  readonly ordinary: { readonly all: number; readonly stopped: readonly string[] };
  /** Attacks of one family that were let through. */
  passed(group: string): readonly string[];
}

export interface Comparison {
  readonly ours: Scores;
  /** Null where it cannot be run here. */
  readonly theirs: Scores | null;
}

/** The Core Rule Set's own, for both. */
const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Both before the same target, at the same threshold, asked the same. `crs`: where the Core Rule Set lies. */
export async function compareWaf(crs: string, cases: readonly CrsCase[], level: 1 | 2): Promise<Comparison> {
  const target = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.end('served'));
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const { port } = target.address() as AddressInfo;
  try {
    const own = await proxyTo([port], {
      accessLog: false,
      waf: { mode: 'block', paranoia: level, methods },
    });
    const ours = await scores(own.port, cases, level);
    if (missing !== null) return { ours, theirs: null };
    const peer = await modSecurity(crs, level, port);
    try {
      return { ours, theirs: await scores(peer.port, cases, level) };
    } finally {
      await peer.close();
    }
  } finally {
    await cleanUp();
    target.closeAllConnections();
    target.close();
  }
}

async function scores(port: number, cases: readonly CrsCase[], level: number): Promise<Scores> {
  const byGroup = new Map<string, { -readonly [K in keyof Row]: Row[K] }>();
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
