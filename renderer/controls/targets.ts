import type { Json, NodeState } from '../../electron/contract/session.ts';

export interface Target {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly draining: boolean;
}

/** A balancer's list as a person sees it: who is in it, and who of the same kind could be. */
export interface TargetRow extends Target {
  readonly listed: boolean;
}

/** Null: these settings are not a balancer's. */
export function targetsIn(settings: Json): readonly Target[] | null {
  const targets = fieldOf(settings, 'targets');
  if (!Array.isArray(targets)) return null;
  return (targets as readonly Json[]).flatMap((one) => {
    const [id, address, port] = ['id', 'address', 'port'].map((key) => fieldOf(one, key));
    if (typeof id !== 'string' || typeof address !== 'string' || typeof port !== 'number') return [];
    const weight = fieldOf(one, 'weight');
    const draining = fieldOf(one, 'draining') === true || deregistered(settings)?.includes(id) === true;
    return [{ id, address, port, weight: typeof weight === 'number' ? weight : 1, draining }];
  });
}

/** Those who have left the list follow in it as they were; others of their groups stand by. */
export function targetRows(
  listed: readonly Target[],
  known: readonly Target[],
  nodes: readonly NodeState[],
): readonly TargetRow[] {
  const ids = new Set(listed.map(({ id }) => id));
  const seen = new Set([...ids, ...known.map(({ id }) => id)]);
  const groups = new Set(nodes.filter(({ name }) => seen.has(name)).flatMap(({ group }) => group ?? []));
  const standby = nodes.flatMap(({ name, group, address, port }) =>
    group !== undefined && groups.has(group) && port !== null && !seen.has(name)
      ? [{ id: name, address, port, weight: 1, draining: false }]
      : [],
  );
  const present = new Set(nodes.map(({ name }) => name));
  const absent = [...known, ...standby].filter(({ id }) => !ids.has(id) && present.has(id));
  const rows = [
    ...listed.map((target) => ({ ...target, listed: true })),
    ...absent.map((target) => ({ ...target, draining: false, listed: false })),
  ];
  return rows.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

/** The whole list with one of it changed, put in or taken out; what else stands beside a target stays as it was. */
export function listWith(settings: Json, row: TargetRow): Json {
  const targets = fieldOf(settings, 'targets');
  const list = Array.isArray(targets) ? (targets as readonly Json[]) : [];
  const { id, address, port, weight } = row;
  const at = list.findIndex((one) => fieldOf(one, 'id') === id);
  if (!row.listed) return list.filter((_, index) => index !== at);
  if (at === -1) return [...list, { id, address, port, weight }];
  return list.map((one, index) => (index === at ? { ...(one as object), weight } : one));
}

/** The names being deregistered; null where this balancer knows no such list. */
export function deregistered(settings: Json): readonly string[] | null {
  const names = fieldOf(settings, 'draining');
  return Array.isArray(names) ? (names as readonly Json[]).filter((one) => typeof one === 'string') : null;
}

function fieldOf(value: Json, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)[key]
    : undefined;
}
