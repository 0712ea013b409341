import type { StoreTick, Tick } from '../../electron/contract/measure.ts';
import type { NodeState, Role, StoreRole } from '../../electron/contract/session.ts';
import type { MarkKind } from '../parts/mark-kind.ts';
import { percent, rate } from '../state/figures.ts';
import { total } from '../state/outcomes.ts';
import { isBalancer, isStore } from './roles.ts';
import { isBad } from './verdicts.ts';

export const roleWords: Readonly<Record<Role, string>> = {
  client: 'load client',
  l4: 'L4 forwarder',
  l7: 'L7 proxy',
  backend: 'backend',
  kubelet: 'kubelet',
  'kube-node': 'Kubernetes node',
  haproxy: 'real HAProxy',
  nginx: 'real NGINX',
  redis: 'real Redis',
  postgres: 'real PostgreSQL',
  pgbouncer: 'real PgBouncer',
  mqtt: 'real MQTT broker',
  dns: 'real DNS server',
  tools: 'workplace',
};

export interface NodeFacts {
  readonly mark: MarkKind;
  /** The mark in words. */
  readonly word: string;
  readonly rate: string;
  /** The same where there is room for a word beside the name. */
  readonly brief: string;
  readonly memory: number | null;
  /** How long a client still sends; empty where nothing ends it. */
  readonly left: string;
}

/** One node in a glance: alive by the engine, and well by whoever reads its answers. */
export function nodeFacts(node: NodeState, ticks: readonly Tick[]): NodeFacts {
  const memory = ticks.at(-1)?.memory[node.name] ?? null;
  const { text, hurt } = rates(node.name, ticks);
  const left = timeLeft(ticks.findLast((tick) => tick.clients[node.name])?.clients[node.name]?.stopsInMs);
  const shown = (mark: MarkKind, word: string): NodeFacts => ({
    mark,
    word,
    rate: text,
    brief: text,
    memory,
    left,
  });
  if (node.state === 'creating') return shown('waiting', 'coming up');
  if (node.state === 'stopped') return shown('stopped', 'stopped');
  if (node.state === 'unreachable') return shown('unknown', 'does not answer');
  if (isBalancer(node.role))
    return shown(ticks.at(-1)?.balancers[node.name]?.layer ?? (node.role === 'l4' ? 'l4' : 'l7'), 'running');
  if (isStore(node.role)) return storeFacts(node.role, storeTicks(node.name, ticks), memory);
  if (node.mystery) return shown('l4', 'runs; how it answers is for you to find');
  if (hurt === null)
    return text === noData ? shown('unknown', 'running, no data') : shown('unused', 'running, no requests');
  if (hurt === 0) return shown('good', 'answers well');
  return shown(
    'bad',
    node.role === 'client' ? `${percent(hurt)} of requests fail` : `${percent(hurt)} answered badly`,
  );
}

function timeLeft(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms > 90_000 ? `${Math.round(ms / 60_000)} min left` : `${Math.ceil(ms / 1000)} s left`;
}

function storeTicks(name: string, ticks: readonly Tick[]): readonly StoreTick[] {
  return ticks.flatMap(({ stores }) => stores?.[name] ?? []);
}

/** What a store is asked for a second, and by how many; the figures are its own. It is asked for them less often than ticks come. */
function storeFacts(role: StoreRole, ticks: readonly StoreTick[], memory: number | null): NodeFacts {
  const tick = ticks.at(-1);
  const shown = (mark: MarkKind, word: string, text: string, brief: string): NodeFacts => ({
    mark,
    word,
    rate: text,
    brief,
    memory,
    left: '',
  });
  if (tick === undefined) return shown('unknown', 'running, no data', noData, noData);
  const [figure, unit, short] = storeWork[role];
  const gained = mean(ticks.map((one) => one.gained[figure] ?? 0));
  const { clients } = tick.figures;
  const who = clients === undefined ? '' : `, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
  const often = rate(rounded(gained));
  const [text, brief] = [`${often} ${unit}/s${who}`, `${often} ${short}/s`];
  return tick.answers
    ? shown('good', 'answers', text, brief)
    : shown('bad', 'does not answer its own statistics', text, brief);
}

const storeWork: Readonly<Record<StoreRole, readonly [figure: string, unit: string, short: string]>> = {
  redis: ['commands', 'cmd', 'cmd'],
  postgres: ['sessions', 'sessions', 'sess'],
  pgbouncer: ['queries', 'queries', 'qry'],
  mqtt: ['received', 'msg', 'msg'],
  dns: ['queries', 'queries', 'qry'],
};

const noData = 'no data';

/** Per second over the window; `hurt` is the share that went badly, null where nothing was answered. */
function rates(
  name: string,
  ticks: readonly Tick[],
): { readonly text: string; readonly hurt: number | null } {
  const balancers = ticks.flatMap((tick) => tick.balancers[name] ?? []);
  if (balancers.length > 0) {
    const requests = balancers.flatMap((one) => one.requests ?? []);
    const text =
      requests.length === 0
        ? `${rate(rounded(mean(balancers.map(({ connections }) => connections))))} conn/s`
        : `${rate(rounded(mean(requests)))} req/s`;
    return { text, hurt: null };
  }
  const rows = ticks.flatMap((tick) => {
    const client = tick.clients[name];
    if (client !== undefined) return [{ requests: client.offered, outcomes: client.outcomes }];
    const backend = tick.backends[name];
    return backend === undefined ? [] : [{ requests: backend.requests, outcomes: backend.outcomes }];
  });
  if (rows.length === 0) return { text: noData, hurt: null };
  const all = rows.reduce((sum, row) => sum + total(row.outcomes), 0);
  const bad = rows.reduce(
    (sum, row) => sum + total(Object.fromEntries(Object.entries(row.outcomes).filter(([key]) => isBad(key)))),
    0,
  );
  return {
    text: `${rate(rounded(mean(rows.map(({ requests }) => requests))))} req/s`,
    hurt: all === 0 ? null : bad / all,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Below ten a tenth is worth saying. */
function rounded(value: number): number {
  return value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}
