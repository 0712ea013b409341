import type { Settings } from '../lab/lab.ts';
import type { KubeDocument } from './documents.ts';
import type { Speech } from './draft.ts';
import type { Findings } from './findings.ts';

/** What ingress-nginx reads beside the document itself; all others of its annotations are refused by name. */
export interface Annotations {
  /** In place of the whole path. */
  readonly rewrite: string | null;
  /** How paths are read: as their type says; those of type ImplementationSpecific as patterns; or all of them. */
  readonly paths: 'plain' | 'mixed' | 'patterns';
  readonly sticky: Settings | null;
  readonly speech: Speech;
  /** Per cent, of a document that is a canary. */
  readonly canaryWeight: number | null;
}

const prefix = 'nginx.ingress.kubernetes.io/';
const supported = [
  'rewrite-target',
  'use-regex',
  'affinity',
  'session-cookie-name',
  'backend-protocol',
  'canary',
  'canary-weight',
  'ssl-redirect',
] as const;
type Name = (typeof supported)[number];

export function readAnnotations(document: KubeDocument<'Ingress'>, findings: Findings): Annotations {
  const own = Object.entries(document.annotations)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  const at = (name: string) => ['metadata', 'annotations', `${prefix}${name}`];
  for (const [name] of own) {
    if (!isSupported(name))
      findings.unknown(document, at(name), 'annotation read here called', name, supported);
  }
  const values = new Map<string, string>(own);
  const value = (name: Name) => values.get(name) ?? null;
  const oneOf = (name: Name, words: readonly string[], standard: string): string => {
    const given = value(name);
    if (given === null || words.includes(given)) return given ?? standard;
    findings.refuse(document, at(name), `${name} cannot be "${given}"`, `one of ${words.join(', ')}`);
    return standard;
  };

  const rewrite = value('rewrite-target');
  // Parts of the path are what groups of a regular expression took: there, ingress-nginx reads every path as one.
  const captures = rewrite?.includes('$') === true;
  if (captures && value('use-regex') === 'false')
    findings.refuse(
      document,
      at('rewrite-target'),
      'parts of the path ($1) take use-regex',
      'use-regex: "true"',
    );
  const sticky = oneOf('affinity', ['cookie'], '') === 'cookie';
  const protocol = oneOf('backend-protocol', ['HTTP', 'HTTPS', 'GRPC'], 'HTTP');
  const weight = Number(value('canary-weight') ?? '0');
  if (!(weight >= 0 && weight <= 100)) {
    findings.refuse(document, at('canary-weight'), 'a weight in per cent', '0 to 100');
  }
  if (oneOf('ssl-redirect', ['true', 'false'], 'false') === 'true') {
    findings.note(document, at('ssl-redirect'), 'nothing to redirect from: the node has one port');
  }
  return {
    rewrite,
    paths: captures
      ? 'patterns'
      : oneOf('use-regex', ['true', 'false'], 'false') === 'true'
        ? 'mixed'
        : 'plain',
    sticky: sticky ? { mode: 'affinity', cookie: value('session-cookie-name') ?? 'INGRESSCOOKIE' } : null,
    speech: protocol === 'HTTPS' ? 'https' : protocol === 'GRPC' ? 'grpc' : 'http',
    canaryWeight: oneOf('canary', ['true', 'false'], 'false') === 'true' ? weight : null,
  };
}

function isSupported(name: string): name is Name {
  return (supported as readonly string[]).includes(name);
}
