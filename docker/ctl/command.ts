import type { Json } from '../protocol/json.ts';

/** One admin call, and how its answer is shown. */
export interface Command {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly show: 'fields' | 'events' | 'faults' | 'connections' | 'json' | 'done';
  /** Of the fields only these and what is below them: a program has more settings than a terminal has lines. */
  readonly only?: readonly string[];
}

export class UsageProblem extends Error {
  override readonly name = 'UsageProblem';
}

export const help = `ctl: ask or change the program of this node

  ctl stats                        counters now
  ctl events                       what happened, oldest first
  ctl requests                     the sampled requests
  ctl connections                  (L4) the newest open connections, both halves of each
  ctl settings                     settings now
  ctl set PATH=VALUE ...           change them, live:  ctl set healthCheck.protocol=http
  ctl faults                       every fault, and which are on
  ctl fault NAME [FIELD=VALUE ...] switch one on:      ctl fault always-status status=503
                                   for some requests:  ctl fault hang scope.probability=0.5
  ctl heal [NAME]                  switch one off, or all of them
  ctl delete POD                   a kubelet's: end this pod, as kubectl would
  ctl reset                        all faults off, settings as at the start
  ctl help                         this

  --json after any of them prints the answer as it came.
`;

/** What the words ask for; `heal` without a name needs to know which faults are on, so it is several commands later. */
export function commandOf(words: readonly string[]): Command | 'help' | 'heal-all' {
  const [verb = 'help', ...rest] = words;
  switch (verb) {
    case 'help':
    case '--help':
    case '-h':
      return 'help';
    case 'stats':
    case 'settings':
      return alone(verb, rest, { method: 'GET', path: `/${verb}`, show: 'fields' });
    case 'requests':
      return alone(verb, rest, { method: 'GET', path: '/requests', show: 'json' });
    case 'events':
      return alone(verb, rest, { method: 'GET', path: '/events', show: 'events' });
    case 'connections':
      return alone(verb, rest, { method: 'GET', path: '/connections?limit=30', show: 'connections' });
    case 'faults':
      return alone(verb, rest, { method: 'GET', path: '/faults', show: 'faults' });
    case 'reset':
      return alone(verb, rest, { method: 'POST', path: '/reset', show: 'done' });
    case 'set':
      if (rest.length === 0) throw new UsageProblem('set needs PATH=VALUE; ctl settings lists the paths');
      return {
        method: 'PATCH',
        path: '/settings',
        body: nested(rest),
        show: 'fields',
        only: rest.map(pathOf),
      };
    case 'fault':
      return fault(rest);
    case 'heal':
      return rest.length === 0 ? 'heal-all' : heal(alone(verb, rest.slice(1), rest[0] ?? ''));
    case 'delete':
      return remove(rest);
    default:
      throw new UsageProblem(`no command "${verb}"; ctl help lists them`);
  }
}

function remove([pod, ...rest]: readonly string[]): Command {
  if (pod === undefined) throw new UsageProblem('delete needs the name of a pod');
  return alone('delete', rest, {
    method: 'POST',
    path: `/pods/${encodeURIComponent(pod)}/delete`,
    show: 'fields',
  });
}

export function heal(name: string): Command {
  return { method: 'DELETE', path: `/faults/${encodeURIComponent(name)}`, show: 'done' };
}

function fault([name, ...fields]: readonly string[]): Command {
  if (name === undefined || name.includes('=')) {
    throw new UsageProblem('fault needs a name; ctl faults lists them');
  }
  const scope = fields
    .filter((field) => field.startsWith('scope.'))
    .map((field) => field.slice('scope.'.length));
  const settings = fields.filter((field) => !field.startsWith('scope.'));
  return {
    method: 'PUT',
    path: `/faults/${encodeURIComponent(name)}`,
    body: { settings: nested(settings), scope: nested(scope) },
    show: 'done',
  };
}

function alone<T>(verb: string, rest: readonly string[], value: T): T {
  if (rest.length > 0) throw new UsageProblem(`${verb} takes no "${rest.join(' ')}"`);
  return value;
}

/** `a.b=1 a.c=x` to `{a: {b: 1, c: "x"}}`. A value that is JSON is taken as such, anything else as text. */
export function nested(pairs: readonly string[]): Json {
  const root: Record<string, Json> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageProblem(`"${pair}" is not PATH=VALUE`);
    const keys = pair.slice(0, at).split('.');
    const last = keys.pop() ?? '';
    let place = root;
    for (const key of keys) {
      const below = place[key];
      const next: Record<string, Json> = isRecord(below) ? below : {};
      place[key] = next;
      place = next;
    }
    place[last] = valueOf(pair.slice(at + 1));
  }
  return root;
}

function pathOf(pair: string): string {
  return pair.slice(0, pair.indexOf('='));
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
