import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import type { Path } from '../lab/yaml-source.ts';
import type { Annotations } from './annotations.ts';
import { readAnnotations } from './annotations.ts';
import type { Backends } from './backends.ts';
import type { KubeDocument } from './documents.ts';
import type { Draft, Speech } from './draft.ts';
import type { Findings } from './findings.ts';
import type { IngressBackend } from './kinds/ingress.ts';

type Ingress = KubeDocument<'Ingress'>;

export interface IngressContext {
  readonly backends: Backends;
  readonly findings: Findings;
  readonly nameOf: (...parts: readonly (string | number)[]) => string;
  /** Names the proxy's group for a backend; a sticky one is another. */
  groupOf(service: string, sticky: Settings | null): string;
  speaks(document: KubeDocument, service: string, speech: Speech): void;
}

interface Rule {
  readonly document: Ingress;
  readonly name: string;
  readonly host: string | undefined;
  readonly match: Settings;
  readonly forward: Record<string, number>;
  readonly rewrite: string | null;
}

/** Several documents that share hosts are one set of rules; a canary changes the weights of the rule it has the path of. */
export function ingressRoutes(documents: readonly Ingress[], context: IngressContext): readonly Draft[] {
  const read = documents.map((document) => ({
    document,
    annotations: readAnnotations(document, context.findings),
  }));
  const rules = read
    .filter(({ annotations }) => annotations.canaryWeight === null)
    .flatMap(({ document, annotations }) => rulesOf(document, annotations, context));
  for (const { document, annotations } of read) {
    if (annotations.canaryWeight !== null)
      addCanary(document, annotations, annotations.canaryWeight, rules, context);
  }
  return rules.map(({ name, host, match, forward, rewrite }): Draft => {
    const route: Record<string, Json> = { match, forward };
    if (rewrite !== null) route.rewrite = { path: rewrite };
    return { name, hosts: host === undefined ? [] : [host], ports: [], route };
  });
}

function rulesOf(document: Ingress, annotations: Annotations, context: IngressContext): Rule[] {
  const { rules, defaultBackend } = document.spec;
  const toBackend = (backend: IngressBackend, path: Path): Record<string, number> | null => {
    const { name } = backend.service;
    if (!context.backends.use(document, [...path, 'service'], { name })) return null;
    context.speaks(document, name, annotations.speech);
    return { [context.groupOf(name, annotations.sticky)]: 1 };
  };
  const found = rules.flatMap(({ host, http }, index): Rule[] => {
    if (host?.startsWith('*.') === true) {
      const text = 'covers names of any depth below it, as in NGINX; the Ingress document means one label';
      context.findings.note(document, ['spec', 'rules', index, 'host'], text);
    }
    // Without paths everything of that host is the default backend's.
    const paths = http?.paths ?? [];
    return paths.flatMap(({ path, pathType, backend }, number): Rule[] => {
      const at = ['spec', 'rules', index, 'http', 'paths', number];
      const forward = toBackend(backend, [...at, 'backend']);
      const match = pathMatch(document, path, pathType, annotations, [...at, 'pathType'], context.findings);
      if (forward === null || match === null) return [];
      const name = context.nameOf(document.name, index + 1, number + 1);
      return [{ document, name, host, match, forward, rewrite: annotations.rewrite }];
    });
  });
  if (defaultBackend === undefined) return found;
  const forward = toBackend(defaultBackend, ['spec', 'defaultBackend']);
  if (forward === null) return found;
  const match = { path: '/', pathIs: 'prefix' };
  const name = context.nameOf(document.name, 'default');
  return [...found, { document, name, host: undefined, match, forward, rewrite: null }];
}

function pathMatch(
  document: Ingress,
  path: string,
  type: 'Exact' | 'Prefix' | 'ImplementationSpecific',
  { paths }: Annotations,
  at: Path,
  findings: Findings,
): Settings | null {
  // ingress-nginx: a location that begins so, whatever its case.
  if (paths === 'patterns' || (paths === 'mixed' && type === 'ImplementationSpecific')) {
    if (isPattern(path)) return { path: `^(?i:${path})`, pathIs: 'regex' };
    findings.refuse(
      document,
      [...at.slice(0, -1), 'path'],
      'is read as a regular expression, and is none',
      'one',
    );
    return null;
  }
  if (type === 'Exact') return { path, pathIs: 'exact' };
  if (type === 'Prefix') return { path, pathIs: 'prefix' };
  const message = 'ImplementationSpecific means something else to each controller';
  findings.refuse(document, at, message, 'Prefix or Exact, or the annotation use-regex');
  return null;
}

function addCanary(
  document: Ingress,
  annotations: Annotations,
  weight: number,
  rules: readonly Rule[],
  context: IngressContext,
): void {
  for (const canary of rulesOf(document, annotations, context)) {
    const main = rules.find(
      ({ host, match }) =>
        host === canary.host && match.path === canary.match.path && match.pathIs === canary.match.pathIs,
    );
    if (main === undefined) {
      const message = 'a canary needs an Ingress of the same host and path to take its share from';
      context.findings.refuse(document, ['spec', 'rules'], message, 'that Ingress beside it');
      continue;
    }
    for (const group of Object.keys(main.forward)) main.forward[group] = 100 - weight;
    for (const group of Object.keys(canary.forward)) main.forward[group] = weight;
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`^(?i:${text})`).source !== '';
  } catch {
    return false;
  }
}
