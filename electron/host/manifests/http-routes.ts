import type { Settings } from '../lab/lab.ts';
import type { Path } from '../lab/yaml-source.ts';
import { attach } from './attach.ts';
import type { Attached } from './attach.ts';
import type { Backends } from './backends.ts';
import type { KubeDocument } from './documents.ts';
import type { Draft } from './draft.ts';
import { filtered } from './filters.ts';
import type { Findings } from './findings.ts';
import { allHosts } from './hostnames.ts';
import type { GrpcRule, HttpRule } from './kinds/routes.ts';
import { grpcMatch, httpMatch } from './matches.ts';
import type { NodePort } from './ports.ts';

export interface RouteContext {
  readonly documents: readonly KubeDocument[];
  readonly backends: Backends;
  readonly findings: Findings;
  readonly nameOf: (...parts: readonly (string | number)[]) => string;
  readonly ports: readonly NodePort[];
}

/** Where a route holds: these names, at these ports. */
interface Place {
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  /** Where a redirect leads back to. */
  readonly port: number | null;
}

/** Each match of each rule is a route of the proxy's; and one for each place, where its listeners' names differ by port. */
export function httpRoute(
  document: KubeDocument<'HTTPRoute' | 'GRPCRoute'>,
  context: RouteContext,
): readonly Draft[] {
  const attached = attach(document, context.documents, context.findings);
  if (attached.length === 0) return [];
  const places = placesOf(attached, context.ports);
  return places.flatMap(({ hosts, ports, port }) =>
    document.spec.rules.flatMap((rule, index) => {
      const path = ['spec', 'rules', index];
      const action = actionOf(document, rule, path, port, context);
      const matches = rule.matches.map((match) => ('path' in match ? httpMatch(match) : grpcMatch(match)));
      return matches.map((match, number): Draft => {
        const parts = [document.name, rule.name ?? index + 1, ...(matches.length > 1 ? [number + 1] : [])];
        const at = places.length > 1 ? ports.slice(0, 1) : [];
        return { name: context.nameOf(...parts, ...at), hosts, ports, route: { match, ...action } };
      });
    }),
  );
}

function placesOf(attached: readonly Attached[], all: readonly NodePort[]): readonly Place[] {
  const stated = [...new Set(attached.map(({ listener }) => listener.port))];
  const each = stated.map((one) => ({
    hosts: allHosts(attached.filter(({ listener }) => listener.port === one).map(({ hosts }) => hosts)),
    port: all.find((known) => known.stated === one)?.port ?? one,
  }));
  const [first] = each;
  if (first === undefined) return [];
  const alike = each.every(({ hosts }) => hosts.join() === first.hosts.join());
  if (!alike) return each.map(({ hosts, port }) => ({ hosts, port, ports: [port] }));
  const everywhere = each.length === all.length;
  // Back to where a request came from, where that is one port only.
  const port = each.length === 1 ? first.port : null;
  return [{ hosts: first.hosts, port, ports: everywhere ? [] : each.map((one) => one.port) }];
}

function actionOf(
  document: KubeDocument,
  rule: HttpRule | GrpcRule,
  path: Path,
  listenerPort: number | null,
  { backends, findings }: RouteContext,
): Settings {
  const byPrefix = rule.matches.every((match) => 'path' in match && match.path.type === 'PathPrefix');
  const { parts, redirects } = filtered(rule.filters, {
    document,
    path: [...path, 'filters'],
    backends,
    findings,
    byPrefix,
    listenerPort,
  });
  if (redirects) {
    if (rule.backendRefs.length > 0) {
      findings.refuse(
        document,
        [...path, 'backendRefs'],
        'a rule that redirects forwards nothing',
        'no backendRefs',
      );
    }
    return parts;
  }
  const forward: Record<string, number> = {};
  let known = true;
  for (const [index, ref] of rule.backendRefs.entries()) {
    if (!backends.use(document, [...path, 'backendRefs', index], ref)) {
      known = false;
      continue;
    }
    forward[ref.name] = (forward[ref.name] ?? 0) + ref.weight;
  }
  if (Object.values(forward).some((weight) => weight > 0)) return { ...parts, ...timeoutsOf(rule), forward };
  // Gateway API: a rule that leads nowhere answers 500.
  if (known) findings.note(document, path, 'leads to no backend: its requests are answered 500');
  return { ...parts, respond: { status: 500, body: 'the rule has no backend\n' } };
}

function timeoutsOf(rule: HttpRule | GrpcRule): Settings {
  if (!('timeouts' in rule)) return {};
  const { request = 0, backendRequest = 0 } = rule.timeouts;
  return request === 0 && backendRequest === 0
    ? {}
    : { timeouts: { requestMs: request, tryMs: backendRequest } };
}
