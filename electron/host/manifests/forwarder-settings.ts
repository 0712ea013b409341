import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import { attach } from './attach.ts';
import type { Backends } from './backends.ts';
import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import { allHosts } from './hostnames.ts';
import type { BackendRef } from './kinds/backend-ref.ts';

/** What a balancer of layer four is told: whom connections go to, by the server name where TLS passes through. */
export function forwarderSettings(
  documents: readonly KubeDocument[],
  backends: Backends,
  findings: Findings,
): Settings {
  const weights = createWeights(backends, findings);
  const byName = documents.filter(isOf('TLSRoute')).flatMap((document) => {
    const attached = attach(document, documents, findings);
    const refs = used(document, backends, findings);
    weights.add(document, refs);
    const names = allHosts(attached.map((one) => one.hosts));
    return attached.length === 0 || refs.length === 0
      ? []
      : [{ names, targets: refs.map(({ name }) => name) }];
  });
  const [tcp, second] = documents.filter(isOf('TCPRoute'));
  if (second !== undefined) {
    const message = 'another TCPRoute has all connections of this listener already';
    findings.refuse(second, ['spec', 'parentRefs'], message, 'one TCPRoute');
  }
  if (tcp !== undefined && attach(tcp, documents, findings).length > 0) {
    weights.add(tcp, used(tcp, backends, findings));
  }
  // The first that fits is taken there: names before wildcards, and the longer first.
  const routes = byName
    .flatMap(({ names, targets }) => names.map((name) => ({ names: [name], targets })))
    .sort((a, b) => rank(b.names) - rank(a.names));
  return {
    targets: weights.targets(),
    algorithm: weights.even ? 'round-robin' : 'weighted-round-robin',
    serverNames: { routes: routes as unknown as Json, otherwise: routes.length > 0 ? [] : null },
  };
}

function rank([name = '']: readonly string[]): number {
  return name.startsWith('*.') ? name.length - 1000 : name.length;
}

function used(
  document: KubeDocument<'TLSRoute' | 'TCPRoute'>,
  backends: Backends,
  findings: Findings,
): readonly BackendRef[] {
  return document.spec.rules.flatMap(({ backendRefs }, rule) => {
    if (backendRefs.length === 0) {
      findings.refuse(document, ['spec', 'rules', rule], 'leads to no backend', 'backendRefs');
    }
    return backendRefs.filter((ref, index) =>
      backends.use(document, ['spec', 'rules', rule, 'backendRefs', index], ref),
    );
  });
}

interface Weights {
  add(document: KubeDocument, refs: readonly BackendRef[]): void;
  targets(): readonly Settings[];
  readonly even: boolean;
}

/** A Service's weight is shared by its nodes; the forwarder gives each node one weight, whatever led to it. */
function createWeights(backends: Backends, findings: Findings): Weights {
  const each = new Map<string, number>();
  return {
    add(document, refs) {
      for (const { name, weight } of refs) {
        const own = weight / backends.count(name);
        const before = each.get(name);
        if (before !== undefined && before !== own) {
          const message = `${name} has two weights, and a forwarder keeps one for each target`;
          findings.refuse(document, ['spec', 'rules'], message, 'the same weight in each route');
        }
        each.set(name, own);
      }
    },
    targets() {
      const most = Math.max(...each.values(), 1);
      return [...each].map(([to, weight]) => ({ to, weight: Math.round((weight / most) * 1000) }));
    },
    get even() {
      return new Set(each.values()).size < 2;
    },
  };
}
