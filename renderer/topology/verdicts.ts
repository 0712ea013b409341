import type { HealthRow, HealthView, RequestRow, Tick } from '../../electron/contract/measure.ts';
import type { Link, NodeState } from '../../electron/contract/session.ts';
import { percent, rate } from '../state/figures.ts';
import { outcomeClass, total } from '../state/outcomes.ts';

/** `kept-back`: measured, but finding it is the exercise. `unknown`: not measured. */
export type LayerState = 'good' | 'bad' | 'idle' | 'unknown' | 'kept-back';

export interface LayerVerdict {
  readonly state: LayerState;
  readonly words: string;
  readonly witness: string | null;
}

export interface EdgeVerdict {
  readonly l4: LayerVerdict;
  readonly l7: LayerVerdict;
  readonly disagree: boolean;
  /** Said on the edge itself; empty where there is nothing to point out. */
  readonly label: string;
}

/** What a verdict looks at: the last two seconds, long enough for one request in ten to be seen. */
export const verdictWindowMs = 2000;

export interface Facts {
  readonly ticks: readonly Tick[];
  readonly health: HealthView | undefined;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly requests: readonly RequestRow[];
}

export function recent(ticks: readonly Tick[], spanMs = verdictWindowMs): readonly Tick[] {
  const last = ticks.at(-1);
  return last === undefined ? [] : ticks.filter((tick) => tick.at > last.at - spanMs);
}

/** The two layers' own view of one link. An L4 fact comes from a balancer, an L7 fact from who reads requests. */
export function judge(link: Link, facts: Facts): EdgeVerdict {
  if (facts.nodes.get(link.from)?.state === 'stopped') return nobody(`${link.from} is stopped`);
  const l4 = judgeL4(link, facts);
  // A backend counts what it answers, not for whom: a link that carries nothing has no part in that.
  const seen =
    l4.state === 'idle' && l4.witness === link.from
      ? { state: 'idle' as const, words: 'no requests', witness: link.from, trouble: '' }
      : sparing(link, facts, judgeL7(link, facts));
  const keptBack = facts.nodes.get(link.to)?.mystery === true && seen.state !== 'unknown';
  const l7: LayerVerdict = keptBack
    ? { state: 'kept-back', words: 'kept back: finding it is the exercise', witness: null }
    : { state: seen.state, words: seen.words, witness: seen.witness };
  const disagree = l4.state === 'good' && l7.state === 'bad';
  const label = disagree ? `connects, but ${seen.trouble}` : l4.state === 'bad' ? l4.words : '';
  return { l4, l7, disagree, label };
}

/** A client's good word is of all that it sends: where several share an address, one that is stopped has not earned it. */
function sparing({ to }: Link, { nodes }: Facts, judged: Judged): Judged {
  if (judged.state !== 'good' || nodes.get(to)?.state !== 'stopped') return judged;
  return { state: 'unknown', words: `${to} is stopped`, witness: null, trouble: '' };
}

function nobody(words: string): EdgeVerdict {
  const none = { state: 'unknown', words, witness: null } as const;
  return { l4: none, l7: none, disagree: false, label: '' };
}

function judgeL4({ from, to }: Link, { ticks, health }: Facts): LayerVerdict {
  const seen = ticks.flatMap((tick) => {
    const target = tick.balancers[from]?.targets[to];
    if (target !== undefined) return [target];
    const entrance = tick.balancers[to];
    return entrance === undefined
      ? []
      : [{ connections: entrance.connections, open: entrance.open, failed: 0 }];
  });
  const unmet = unconnected(ticks, from);
  const last = seen.at(-1);
  if (last === undefined && unmet === null) return { state: 'unknown', words: 'not measured', witness: null };
  const witness = ticks.at(-1)?.balancers[from]?.targets[to] === undefined ? to : from;
  const made = mean(seen.map((one) => one.connections));
  const failed = mean(seen.map((one) => one.failed));
  const row = rowOf(health, from, to);
  if (isQuiet(ticks, from)) return { state: 'idle', words: 'no requests', witness: from };
  if (unmet !== null) return { state: 'bad', words: `does not connect (${unmet})`, witness: from };
  if (failed > 0 && failed >= made) {
    // Not "does not connect": what listens may still not agree on TLS.
    return { state: 'bad', words: `connections fail (${rate(failed)}/s)`, witness };
  }
  if (row?.lastProbe?.ok === false && row.lastProbe.code.startsWith('L4')) {
    return { state: 'bad', words: `does not connect (${row.lastProbe.code})`, witness };
  }
  if (made === 0 && (last?.open ?? 0) === 0) {
    const out = row?.state === 'unhealthy' ? 'out of rotation' : 'no connections';
    return { state: 'idle', words: out, witness };
  }
  return { state: 'good', words: `connects ${rate(made)}/s, ${last?.open ?? 0} open`, witness };
}

/** A client that asks for nothing: what its balancer counts is of others. */
function isQuiet(ticks: readonly Tick[], client: string): boolean {
  const seen = ticks.flatMap((tick) => tick.clients[client] ?? []);
  return seen.length > 0 && seen.every(({ offered, inFlight }) => offered === 0 && inFlight === 0);
}

/** A client's word that most of its attempts met nobody: a balancer cannot count who never came. Null: most did. */
function unconnected(ticks: readonly Tick[], client: string): string | null {
  const sums = sum(ticks.map((tick) => tick.clients[client]?.outcomes ?? {}));
  const all = total(sums);
  const [worst] = Object.entries(sums)
    .filter(([outcome, count]) => neverMet.includes(outcome) && count > all / 2)
    .sort((a, b) => b[1] - a[1]);
  return worst === undefined ? null : `${percent(worst[1] / all)} ${worst[0]}`;
}

const neverMet: readonly string[] = ['refused', 'unreachable', 'connect-timeout'];

type Judged = LayerVerdict & { readonly trouble: string };

function judgeL7({ from, to }: Link, facts: Facts): Judged {
  const { ticks } = facts;
  // Straight from a client it is that one's word: a backend counts the requests of all its clients together.
  const direct = ticks.at(-1)?.clients[from] !== undefined;
  const own = direct ? [] : ticks.flatMap((tick) => tick.backends[to] ?? []);
  const sums = sum(
    own.length > 0
      ? own.map((tick) => tick.outcomes)
      : ticks.map((tick) => tick.clients[from]?.outcomes ?? tick.balancers[to]?.outcomes ?? {}),
  );
  const witness = own.length > 0 ? to : ticks.at(-1)?.clients[from] === undefined ? to : from;
  const measured = ticks.some(
    (tick) =>
      tick.backends[to] !== undefined ||
      tick.clients[from] !== undefined ||
      tick.balancers[to]?.outcomes != null,
  );
  if (!measured) return { state: 'unknown', words: 'requests not seen here', witness: null, trouble: '' };
  const all = total(sums);
  const last = ticks.at(-1);
  const waiting = (direct && last?.backends[to] ? last.clients[from] : own.at(-1))?.inFlight ?? 0;
  if (all === 0 && waiting > 0) {
    const words = `answers nothing, ${waiting} wait`;
    return { state: 'bad', words, witness, trouble: 'answers nothing' };
  }
  if (all === 0) return { state: 'idle', words: 'no requests', witness, trouble: '' };
  const worst = Object.entries(sums)
    .filter(([outcome, count]) => count > 0 && !['good', 'client-error'].includes(outcomeClass(outcome)))
    .sort((a, b) => b[1] - a[1])[0];
  if (worst === undefined) return { state: 'good', words: 'answers well', witness, trouble: '' };
  const bad = total(Object.fromEntries(Object.entries(sums).filter(([name]) => isBad(name)))) / all;
  const counted = ({ client, server }: RequestRow): boolean => witness === (own.length > 0 ? server : client);
  const name = exact(worst[0], counted, facts);
  const whole = /^\d/.test(name) ? `answers ${name}` : `ends in ${name}`;
  const trouble = bad > 0.995 ? whole : `${percent(bad)} get ${name}`;
  return { state: 'bad', words: trouble, witness, trouble };
}

export function isBad(outcome: string): boolean {
  const kind = outcomeClass(outcome);
  return kind === 'server-error' || kind === 'broken';
}

/** Rates count by class; the request log knows the very status, of those requests that the witness counted. */
function exact(outcome: string, counted: (row: RequestRow) => boolean, { requests }: Facts): string {
  if (!outcome.endsWith('xx')) return outcome;
  const row = requests.findLast(
    (one) => !one.ok && counted(one) && one.outcome.startsWith(outcome.charAt(0)),
  );
  return row?.outcome ?? outcome;
}

export function rowOf(
  health: HealthView | undefined,
  balancer: string,
  target: string,
): HealthRow | undefined {
  return health?.balancers
    .find((one) => one.balancer === balancer)
    ?.rows.find((row) => row.target === target);
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of all)
    for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}
