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
import { covers } from './hostnames.ts';
import { httpRoute } from './http-routes.ts';
import { ingressRoutes } from './ingresses.ts';
import { createRouteNames } from './route-names.ts';
import { securedTargets } from './secured-targets.ts';

/** What an L7 proxy is told: routes with their groups, TLS in front, and how it speaks to all of its targets. */
export function proxySettings(
  documents: readonly KubeDocument[],
  backends: Backends,
  findings: Findings,
): Settings {
  const nameOf = createRouteNames();
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
  const context = { documents, backends, findings, nameOf };
  const drafts = [
    ...[...routes, ...calls].sort(byAge).flatMap((document) => httpRoute(document, context)),
    ...ingressRoutes([...ingresses].sort(byAge), { ...context, groupOf, speaks }),
  ];
  for (const call of calls) {
    for (const { backendRefs } of call.spec.rules)
      for (const { name } of backendRefs) speaks(call, name, 'grpc');
  }
  const all = [...drafts, ...fallbacks(documents, drafts, nameOf)];
  const groups: Record<string, Json> = {};
  for (const name of backends.used) groups[name] = { targets: name };
  for (const [name, { service, ...own }] of sticky) {
    if (typeof service === 'string') groups[name] = { targets: service, sticky: own };
  }
  const words = [...speeches.values()];
  return {
    targets: [...backends.used],
    routing: {
      groups,
      routes: Object.fromEntries(all.map((draft, order) => [draft.name, routeOf(draft, order)])),
    },
    tls: { on: endsTls(documents) },
    targetTls: securedTargets(documents, backends, words.includes('https'), findings),
    // Backends of a lab read both; one proxy has one way to all of them.
    pool: { protocol: words.includes('grpc') ? 'http2' : 'http1' },
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

function routeOf({ hosts, route }: Draft, order: number): Settings {
  const { match, ...rest } = route;
  const own = isSettings(match) ? match : {};
  return { match: { ...own, hosts: [...hosts] }, order, ...rest };
}

function endsTls(documents: readonly KubeDocument[]): boolean {
  const listeners = documents.filter(isOf('Gateway')).flatMap(({ spec }) => spec.listeners);
  const ingresses = documents.filter(isOf('Ingress'));
  return (
    listeners.some(({ protocol }) => protocol === 'HTTPS') ||
    ingresses.some(({ spec }) => spec.tls.length > 0)
  );
}

/**
 * A request belongs to the most specific listener, or host of an Ingress, that its name fits, and to no other: where no
 * rule of that one takes it, it must not fall to a wider one.
 */
function fallbacks(
  documents: readonly KubeDocument[],
  drafts: readonly Draft[],
  nameOf: (...parts: readonly (string | number)[]) => string,
): readonly Draft[] {
  const ofListeners = documents
    .filter(isOf('Gateway'))
    .flatMap(({ spec }) => spec.listeners.flatMap(({ hostname }) => hostname ?? []));
  const ofIngresses = documents
    .filter(isOf('Ingress'))
    .flatMap(({ spec }) => spec.rules.flatMap(({ host }) => host ?? []));
  return [...new Set([...ofListeners, ...ofIngresses])].flatMap((host): Draft[] => {
    const wider = drafts.some(
      ({ hosts }) => hosts.length === 0 || hosts.some((one) => one !== host && covers(one, host)),
    );
    const takesAll = drafts.some(({ hosts, route }) => hosts.includes(host) && isForAll(route.match));
    if (!wider || takesAll) return [];
    const answer = { match: { path: '/', pathIs: 'prefix' }, respond: { status: 404, body: 'no route\n' } };
    return [{ name: nameOf('other', host.replace('*', 'any')), hosts: [host], route: answer }];
  });
}

function isForAll(match: Json | undefined): boolean {
  if (typeof match !== 'object' || match === null || Array.isArray(match)) return false;
  const { path, pathIs, headers, query, methods } = match as Settings;
  const empty = (value: Json | undefined) =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return path === '/' && pathIs === 'prefix' && empty(headers) && empty(query) && empty(methods);
}
