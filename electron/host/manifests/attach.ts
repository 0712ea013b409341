import type { Path } from '../lab/yaml-source.ts';
import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import { commonHosts } from './hostnames.ts';
import type { Listener, ParentRefs } from './kinds/gateway.ts';

type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute';
export type RouteDocument = KubeDocument<RouteKind>;

/** A route on one listener, with the host names that it has there; none is any. */
export interface Attached {
  readonly listener: Listener;
  readonly hosts: readonly string[];
}

/** Which protocol of a listener each kind of route goes with. */
const protocols: Readonly<Record<RouteKind, readonly Listener['protocol'][]>> = {
  HTTPRoute: ['HTTP', 'HTTPS'],
  GRPCRoute: ['HTTP', 'HTTPS'],
  TLSRoute: ['TLS'],
  TCPRoute: ['TCP'],
};

/** route --parentRefs--> Gateway --sectionName, port, allowedRoutes, protocol, hostname--> listeners that take it */
export function attach(
  route: RouteDocument,
  documents: readonly KubeDocument[],
  findings: Findings,
): readonly Attached[] {
  const gateways = documents.filter(isOf('Gateway'));
  return route.spec.parentRefs.flatMap((parent, index) => {
    const path = ['spec', 'parentRefs', index];
    const namespace = parent.namespace ?? route.namespace;
    const gateway = gateways.find((one) => one.name === parent.name && one.namespace === namespace);
    if (gateway === undefined) {
      const names = gateways.map((one) => one.name);
      findings.unknown(route, [...path, 'name'], `Gateway in namespace ${namespace}`, parent.name, names);
      return [];
    }
    return onListeners(route, gateway, parent, path, findings);
  });
}

function onListeners(
  route: RouteDocument,
  gateway: KubeDocument<'Gateway'>,
  parent: ParentRefs[number],
  path: Path,
  findings: Findings,
): readonly Attached[] {
  const { listeners } = gateway.spec;
  const { sectionName } = parent;
  const named = listeners.filter(
    (one) =>
      (sectionName === undefined || one.name === sectionName) &&
      (parent.port === undefined || one.port === parent.port),
  );
  if (named.length === 0) {
    const names = listeners.map((one) => one.name);
    findings.unknown(
      route,
      [...path, 'sectionName'],
      'such listener',
      sectionName ?? `port ${parent.port}`,
      names,
    );
    return [];
  }
  const speaking = named.filter(({ protocol }) => protocols[route.kind].includes(protocol));
  if (speaking.length === 0) {
    const are = named.map(({ name, protocol }) => `${name} is ${protocol}`).join(', ');
    findings.refuse(
      route,
      path,
      `no listener for a ${route.kind}: ${are}`,
      protocols[route.kind].join(' or '),
    );
    return [];
  }
  const open = speaking.filter((one) => allows(one, route, gateway));
  if (open.length === 0) {
    const message = `Gateway ${gateway.name} does not take this route`;
    findings.refuse(route, path, message, 'allowedRoutes with from: All, or its kind');
    return [];
  }
  const wanted = 'hostnames' in route.spec ? route.spec.hostnames : [];
  const attached = open.flatMap((listener): Attached[] => {
    const hosts = commonHosts(listener.hostname, wanted);
    return hosts === null ? [] : [{ listener, hosts }];
  });
  if (attached.length === 0) {
    const have = open.map(({ hostname }) => hostname).join(', ');
    findings.refuse(
      route,
      ['spec', 'hostnames'],
      'no host name in common with the listener',
      `names under ${have}`,
    );
  }
  return attached;
}

function allows({ allowedRoutes }: Listener, route: RouteDocument, gateway: KubeDocument): boolean {
  const { namespaces, kinds } = allowedRoutes;
  const near =
    namespaces.from === 'All' || (namespaces.from === 'Same' && route.namespace === gateway.namespace);
  return near && (kinds.length === 0 || kinds.some(({ kind }) => kind === route.kind));
}
