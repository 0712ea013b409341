import type { LabProblem } from '../../contract/catalogue.ts';
import { nearest } from '../lab/nearest.ts';
import { problem } from '../lab/problem.ts';
import { schemaProblems } from '../lab/schema-problems.ts';
import { readYamlDocuments } from '../lab/yaml-source.ts';
import type { YamlSource } from '../lab/yaml-source.ts';
import { kindNames, kinds } from './kinds/kinds.ts';
import type { KindName, SpecOf } from './kinds/kinds.ts';
import { unsupported } from './unsupported.ts';

/** One Kubernetes object of a kind that is read here, found good by itself. */
export interface KubeDocument<K extends KindName = KindName> {
  readonly kind: K;
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Epoch milliseconds; null where the document does not say. Of two routes alike the older one counts. */
  readonly created: number | null;
  readonly spec: SpecOf<K>;
  readonly source: YamlSource;
}

export interface ReadDocuments {
  readonly documents: readonly KubeDocument[];
  readonly problems: readonly LabProblem[];
}

/** text --YAML--> documents --kind, version, schema--> what is read here; everything else is refused by its name. */
export function readDocuments(file: string, text: string): ReadDocuments {
  const read = readYamlDocuments(file, text).map(readOne);
  return {
    documents: read.flatMap(({ document }) => (document === null ? [] : [document])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

interface ReadOne {
  readonly document: KubeDocument | null;
  readonly problems: readonly LabProblem[];
}

function readOne(source: YamlSource): ReadOne {
  if (source.problems.length > 0) return { document: null, problems: source.problems };
  const { kind, apiVersion } = headOf(source.value);
  if (typeof kind !== 'string' || !isKind(kind)) return refused(unknownKind(source, kind));
  const { schema } = kinds[kind];
  const versions: readonly string[] = kinds[kind].versions;
  if (typeof apiVersion !== 'string' || !versions.includes(apiVersion)) {
    return refused(
      problem(source, {
        path: ['apiVersion'],
        message: `${kind} ${JSON.stringify(apiVersion ?? null)} is not read here`,
        expected: `one of ${versions.join(', ')}`,
        suggestion: versions[0] ?? null,
      }),
    );
  }
  const parsed = schema.safeParse(source.value);
  if (!parsed.success) {
    const named = unsupported(parsed.error.issues, source);
    return { document: null, problems: [...named.problems, ...schemaProblems(schema, named.rest, source)] };
  }
  const { metadata, spec } = parsed.data;
  const { name, namespace, annotations, creationTimestamp } = metadata;
  const created = creationTimestamp === undefined ? null : Date.parse(creationTimestamp);
  return { document: { kind, name, namespace, annotations, created, spec, source }, problems: [] };
}

function headOf(value: unknown): { readonly kind?: unknown; readonly apiVersion?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}

function isKind(kind: string): kind is KindName {
  return Object.hasOwn(kinds, kind);
}

function refused(one: LabProblem): ReadOne {
  return { document: null, problems: [one] };
}

function unknownKind(source: YamlSource, kind: unknown): LabProblem {
  const words = typeof kind === 'string' ? kind : null;
  return problem(source, {
    path: ['kind'],
    message: words === null ? 'this document has no kind' : `${words} is not read here`,
    expected: `one of ${kindNames.join(', ')}${words === 'Service' ? '; a backend is a node of the lab, by its name' : ''}`,
    suggestion: words === null ? null : nearest(words, kindNames),
  });
}

export function isOf<K extends KindName>(kind: K): (document: KubeDocument) => document is KubeDocument<K> {
  return (document): document is KubeDocument<K> => document.kind === kind;
}
