import type { BackendSettings } from '../protocol/backend.ts';
import { checkDependency } from './dependency-check.ts';

export type Dependency = BackendSettings['dependencies'][number];

export interface DependencyVerdict {
  readonly name: string;
  readonly kind: Dependency['kind'];
  readonly required: boolean;
  readonly ok: boolean;
  readonly detail: string;
  readonly ms: number;
}

export type DependencyFailure = 'refused' | 'timeout';

export interface Dependencies {
  /** One verdict each, none older than `maxAgeMs`; a check under way is shared. */
  verdicts(maxAgeMs: number): Promise<readonly DependencyVerdict[]>;
  readonly any: boolean;
  names(): readonly string[];
  /** As if the named dependency failed like this, until undone. */
  fail(name: string, how: DependencyFailure): () => void;
}

/** As long as a pool's connect timeout commonly is in a service that wants to fail fast. */
const timeoutMs = 1000;

export function createDependencies(list: () => readonly Dependency[], now: () => number): Dependencies {
  const failing = new Map<string, DependencyFailure>();
  const last = new Map<Dependency, { readonly at: number; readonly verdict: Promise<DependencyVerdict> }>();

  const judge = async (dependency: Dependency): Promise<DependencyVerdict> => {
    const begun = now();
    const detail = await outcome(dependency, failing.get(dependency.name));
    return {
      name: dependency.name,
      kind: dependency.kind,
      required: dependency.required,
      ok: detail === null,
      detail: detail ?? 'ok',
      ms: now() - begun,
    };
  };
  const verdict = (dependency: Dependency, maxAgeMs: number) => {
    const known = last.get(dependency);
    if (known !== undefined && now() - known.at <= maxAgeMs) return known.verdict;
    const fresh = judge(dependency);
    last.set(dependency, { at: now(), verdict: fresh });
    return fresh;
  };

  return {
    verdicts(maxAgeMs) {
      const present = list();
      for (const known of last.keys()) if (!present.includes(known)) last.delete(known);
      return Promise.all(present.map((dependency) => verdict(dependency, maxAgeMs)));
    },
    get any() {
      return list().length > 0;
    },
    names: () => list().map(({ name }) => name),
    fail(name, how) {
      failing.set(name, how);
      last.clear();
      return () => {
        failing.delete(name);
        last.clear();
      };
    },
  };
}

/** Null when it answered well, otherwise what went wrong. */
function outcome(dependency: Dependency, failing: DependencyFailure | undefined): Promise<string | null> {
  if (failing === 'refused') return Promise.resolve('connection refused');
  if (failing === 'timeout') {
    return new Promise((resolve) => setTimeout(resolve, timeoutMs, `no answer in ${timeoutMs} ms`));
  }
  return checkDependency(dependency, timeoutMs);
}
