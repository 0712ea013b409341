import type { Path } from '../lab/yaml-source.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import type { BackendRef } from './kinds/backend-ref.ts';
import type { Surroundings } from './surroundings.ts';

interface Used extends Pick<BackendRef, 'name' | 'namespace'> {
  /** The Service's, where it has a number. */
  readonly port?: number | undefined;
}

/** Services by the names of nodes: whom the documents send traffic to, in the order in which they are named. */
export interface Backends {
  readonly used: ReadonlySet<string>;
  /** False: there is no such node, which has been said. */
  use(document: KubeDocument, path: Path, ref: Used): boolean;
  /** How many nodes share what goes to it. */
  count(name: string): number;
}

export function createBackends({ backends }: Surroundings, findings: Findings): Backends {
  const used = new Set<string>();
  const ports = new Map<string, number>();
  const told = new Set<string>();

  /** Two ports of a Service are two programs of a cluster; a node is one. */
  const compare = (document: KubeDocument, path: Path, name: string, port: number) => {
    const before = ports.get(name) ?? port;
    ports.set(name, before);
    if (before === port || told.has(name)) return;
    told.add(name);
    const text = `ports ${before} and ${port} of ${name} are one here: a node listens where it listens`;
    findings.note(document, [...path, 'port'], text);
  };

  return {
    used,
    use(document, path, { name, namespace, port }) {
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
      if (port !== undefined) compare(document, path, name, port);
      return true;
    },
    count: (name) => backends?.get(name) ?? 1,
  };
}
