import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import { isSettings } from '../lab/merge.ts';
import { attach } from './attach.ts';
import type { Backends } from './backends.ts';
import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Draft, Speech } from './draft.ts';
import { createFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { httpRoute } from './http-routes.ts';
import { ingressRoutes } from './ingresses.ts';
import { fallbacks } from './fallbacks.ts';
import { nodePorts } from './ports.ts';
import type { NodePort } from './ports.ts';
import { createRouteNames } from './route-names.ts';
import { securedTargets } from './secured-targets.ts';
import type { Surroundings } from './surroundings.ts';

/** What an L7 proxy is told: routes with their groups, TLS in front, and how it speaks to all of its targets. */
export function proxySettings(
  documents: readonly KubeDocument[],
  backends: Backends,
  findings: Findings,
  { port: own }: Surroundings,
): Settings {
  const nameOf = createRouteNames();
  const ports = nodePorts(documents.find(isOf('Gateway')), own);
  const sticky = new Map<string, Settings>();
  const speeches = new Map<string, Speech>();
  const speaks = (document: KubeDocument, service: string, speech: Speech) => {
    const before = speeches.get(service);
    if (before !== undefined && before !== speech && (before === 'https' || speech === 'https')) {
      findings.refuse(
        document,
        ['metadata', 'annotations'],
        `${service} is spoken to in two ways`,
        `${before} alone`,
      );
    }
    speeches.set(service, speech);
  };
  const groupOf = (service: string, own: Settings | null) => {
    if (own === null) return service;
    sticky.set(`${service}-sticky`, { ...own, service });
    return `${service}-sticky`;
  };

  const routes = documents.filter(isOf('HTTPRoute'));
  const calls = documents.filter(isOf('GRPCRoute'));
  const ingresses = documents.filter(isOf('Ingress'));
  apart(routes, calls, documents, findings);
  const context = { documents, backends, findings, nameOf, ports };
  const drafts = [
    ...[...routes, ...calls].sort(byAge).flatMap((document) => httpRoute(document, context)),
    ...ingressRoutes([...ingresses].sort(byAge), { ...context, groupOf, speaks }),
  ];
  for (const call of calls) {
    for (const { backendRefs } of call.spec.rules)
      for (const { name } of backendRefs) speaks(call, name, 'grpc');
  }
  const all = [...drafts, ...fallbacks(documents, drafts, ports, nameOf)];
  const groups: Record<string, Json> = {};
  for (const name of backends.used) groups[name] = { targets: name };
  for (const [name, { service, ...own }] of sticky) {
    if (typeof service === 'string') groups[name] = { targets: service, sticky: own };
  }
  const words = [...speeches.values()];
  const calledAll = [...backends.used].every((name) => speeches.get(name) === 'grpc');
  const called = (name: string) => !calledAll && speeches.get(name) === 'grpc';
  return {
    targets: [...backends.used].map((name) => (called(name) ? { to: name, protocol: 'http2' } : name)),
    routing: {
      groups,
      routes: Object.fromEntries(all.map((draft, order) => [draft.name, routeOf(draft, order)])),
    },
    tls: { on: endsTls(documents, ports) },
    ports: ports.filter((one) => !one.own).map(({ port, tls }) => ({ port, tls })),
    targetTls: securedTargets(documents, backends, words.includes('https'), findings),
    // Where only some are called by gRPC, each of those says so of itself.
    pool: { protocol: calledAll && backends.used.size > 0 ? 'http2' : 'http1' },
  };
}

/** On one listener a host name is HTTPRoutes' or GRPCRoutes', not both (Gateway API, GRPCRoute hostnames). */
function apart(
  routes: readonly KubeDocument<'HTTPRoute'>[],
  calls: readonly KubeDocument<'GRPCRoute'>[],
  documents: readonly KubeDocument[],
  findings: Findings,
): void {
  const quiet = createFindings([]);
  const names = (document: KubeDocument<'HTTPRoute' | 'GRPCRoute'>) =>
    attach(document, documents, quiet).flatMap(({ listener, hosts }) =>
      (hosts.length === 0 ? ['*'] : hosts).map((host) => `${listener.name} ${host}`),
    );
  const taken = new Set(routes.flatMap(names));
  for (const call of calls) {
    const twice = names(call).find((name) => taken.has(name));
    if (twice === undefined) continue;
    const message = `an HTTPRoute has this host name on listener ${twice.replace(' *', ', any host')} already`;
    findings.refuse(call, ['spec', 'hostnames'], message, 'a host name of its own');
  }
}

/** Of routes alike the older one counts, then the first by name (Gateway API, HTTPRouteRule). */
function byAge(a: KubeDocument, b: KubeDocument): number {
  const age = (a.created ?? Infinity) - (b.created ?? Infinity);
  const name = ({ namespace, name: own }: KubeDocument) => `${namespace}/${own}`;
  return Number.isNaN(age) || age === 0 ? (name(a) < name(b) ? -1 : 1) : age;
}

function routeOf({ hosts, ports, route }: Draft, order: number): Settings {
  const { match, ...rest } = route;
  const own = isSettings(match) ? match : {};
  return { match: { ...own, hosts: [...hosts], ports: [...ports] }, order, ...rest };
}

/** At the node's own port. */
function endsTls(documents: readonly KubeDocument[], ports: readonly NodePort[]): boolean {
  const ingresses = documents.filter(isOf('Ingress'));
  return ports.some(({ own, tls }) => own && tls) || ingresses.some(({ spec }) => spec.tls.length > 0);
}
