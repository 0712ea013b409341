import type { z } from 'zod';
import type { LabProblem } from '../../contract/catalogue.ts';
import { nearest } from './nearest.ts';
import { problem } from './problem.ts';
import { keysOf, schemaAt, wordsOf } from './schema-walk.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** The schema's objections, said for a person: where, what was expected, and the nearest valid name. */
export function schemaProblems(
  schema: z.ZodType,
  issues: readonly Issue[],
  source: YamlSource,
): readonly LabProblem[] {
  const misspelt = new Set(
    issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return [];
      const valid = keysOf(schemaAt(schema, source.value, issue.path));
      return issue.keys.map((key) => [...issue.path, nearest(key, valid) ?? ''].join('/'));
    }),
  );
  // A misspelt key is also a missing one: to say it once is enough.
  return issues
    .filter((issue) => !(misspelt.has(issue.path.join('/')) && valueAt(source, issue.path) === undefined))
    .flatMap((issue) => explain(schema, issue, [], source));
}

function explain(schema: z.ZodType, issue: Issue, above: Path, source: YamlSource): readonly LabProblem[] {
  const path = [...above, ...issue.path];
  const at = (where: Path) => schemaAt(schema, source.value, where);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const valid = keysOf(at(path));
      return issue.keys.map((key) =>
        problem(source, {
          path: [...path, key],
          of: 'key',
          message: `unknown key "${key}"`,
          expected: valid.length === 0 ? 'no key here' : `one of ${valid.join(', ')}`,
          suggestion: nearest(key, valid),
        }),
      );
    }
    case 'invalid_value':
      return [wrongWord(source, path, issue.values.map(String))];
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        return [wrongWord(source, path, wordsOf(at(path.slice(0, -1)), issue.discriminator))];
      }
      const branch = likeliest(issue.errors);
      return branch.flatMap((inner) => explain(schema, inner, path, source));
    }
    case 'invalid_key':
      return issue.issues.map((inner) =>
        problem(source, {
          path,
          of: 'key',
          message: `"${String(path.at(-1))}" cannot be a name here`,
          expected: inner.message,
        }),
      );
    case 'invalid_type':
      return [wrongType(source, path, issue.expected)];
    default:
      return [
        problem(source, {
          path,
          message: `${named(path)} will not do: ${said(source, path)}`,
          expected: issue.message,
        }),
      ];
  }
}

function wrongWord(source: YamlSource, path: Path, valid: readonly string[]): LabProblem {
  const value = valueAt(source, path);
  const missing = value === undefined;
  return problem(source, {
    path,
    message: missing ? `${named(path)} is missing` : `${named(path)} cannot be ${said(source, path)}`,
    expected: `one of ${valid.join(', ')}`,
    suggestion: typeof value === 'string' ? nearest(value, valid) : null,
  });
}

function wrongType(source: YamlSource, path: Path, expected: string): LabProblem {
  const missing = valueAt(source, path) === undefined;
  return problem(source, {
    path,
    message: missing ? `${named(path)} is missing` : `${named(path)} cannot be ${said(source, path)}`,
    expected: types[expected] ?? expected,
  });
}

const types: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'names with values',
};

/** Of several alternatives, the one that the data came closest to: whose objections lie deepest. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  const [best = []] = [...branches].sort((a, b) => depth(b) - depth(a));
  return best;
}

function named(path: Path): string {
  const name = path.findLast((part) => typeof part === 'string');
  const last = path.at(-1);
  if (name === undefined) return 'the file';
  return typeof last === 'number' ? `"${name}", entry ${last + 1},` : `"${name}"`;
}

function said(source: YamlSource, path: Path): string {
  const text = JSON.stringify(valueAt(source, path)) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function valueAt(source: YamlSource, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    source.value,
  );
}
