import type { Path } from '../lab/yaml-source.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import type { BackendRef } from './kinds/backend-ref.ts';
import type { Surroundings } from './surroundings.ts';

/** Services by the names of nodes: whom the documents send traffic to, in the order in which they are named. */
export interface Backends {
  readonly used: ReadonlySet<string>;
  /** False: there is no such node, which has been said. */
  use(document: KubeDocument, path: Path, ref: Pick<BackendRef, 'name' | 'namespace'>): boolean;
  /** How many nodes share what goes to it. */
  count(name: string): number;
}

export function createBackends({ backends }: Surroundings, findings: Findings): Backends {
  const used = new Set<string>();
  return {
    used,
    use(document, path, { name, namespace }) {
      if (namespace !== undefined && namespace !== document.namespace) {
        const message = `a backend in namespace ${namespace} takes a ReferenceGrant, which is not read here`;
        findings.refuse(document, [...path, 'namespace'], message, `namespace ${document.namespace}`);
        return false;
      }
      if (backends !== null && !backends.has(name)) {
        findings.unknown(document, [...path, 'name'], 'node', name, [...backends.keys()]);
        return false;
      }
      used.add(name);
      return true;
    },
    count: (name) => backends?.get(name) ?? 1,
  };
}
