import { isMap, isScalar, LineCounter, parseAllDocuments, parseDocument } from 'yaml';
import type { Document, Pair } from 'yaml';
import type { LabProblem } from '../../contract/catalogue.ts';

/** A YAML file that knows where each of its values stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** What YAML itself objects to: then `value` is worth nothing. */
  readonly problems: readonly LabProblem[];
  /** Line and column of the value at a path, or of its key; of the nearest parent where there is none. */
  place(path: Path, of?: 'value' | 'key'): Place;
}

export type Path = readonly PropertyKey[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export function readYaml(file: string, text: string): YamlSource {
  const counter = new LineCounter();
  return sourceOf(file, parseDocument(text, { ...options, lineCounter: counter }), counter);
}

/** A file of several documents, with `---` between them: lines are the whole file's. Empty ones are left out. */
export function readYamlDocuments(file: string, text: string): readonly YamlSource[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { ...options, lineCounter: counter });
  if ('empty' in documents) return [];
  return documents
    .map((document) => sourceOf(file, document, counter))
    .filter(({ value, problems }) => value !== null || problems.length > 0);
}

const options = { uniqueKeys: true, prettyErrors: false } as const;

function sourceOf(file: string, document: Document, counter: LineCounter): YamlSource {
  const at = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const problems = document.errors.map((error) => ({
    file,
    ...at(error.pos[0]),
    message: error.message,
    expected: error.code === 'DUPLICATE_KEY' ? 'each key once' : 'valid YAML',
    suggestion: null,
  }));
  const began = document.contents?.range?.[0] ?? 0;
  return {
    file,
    value: problems.length > 0 ? null : (document.toJS({ maxAliasCount: 100 }) as unknown),
    problems,
    place: (path, of = 'value') => at(offset(document, path, of) ?? began),
  };
}

function offset(document: Document, path: Path, of: 'value' | 'key'): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const found = offsetOf(document, path.slice(0, length), length === path.length ? of : 'key');
    if (found !== null) return found;
  }
  return null;
}

function offsetOf(document: Document, path: Path, of: 'value' | 'key'): number | null {
  const pair = pairAt(document, path);
  if (pair !== null && of === 'key') return start(pair.key);
  return start(document.getIn(path, true)) ?? (pair === null ? null : start(pair.key));
}

function pairAt(document: Document, path: Path): Pair | null {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const key = path.at(-1);
  return parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key) ?? null;
}

function start(node: unknown): number | null {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? null;
}
