import type { CheckOf } from '../../../labs/checks.ts';
import type { Json } from '../../contract/session.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';

/** One of a node's settings, as a person states it. */
export const setting: Predicate<CheckOf<'setting'>> = (check, { evidence }) => {
  const node = nodeOf(check.node, evidence);
  const expected = `${called(check.node)}: ${check.path} is ${JSON.stringify(check.equals)}`;
  const settings = evidence.settings(node);
  if (settings === null) return finding('waiting', '', expected);
  const value = valueAt(settings, check.path.split('.'));
  if (value === undefined) return finding('fail', `${check.path} is not set`, expected);
  return passIf(same(value, check.equals), `${check.path} is ${JSON.stringify(value)}`, expected);
};

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined || value === undefined) return value;
  if (value === null || typeof value !== 'object') return undefined;
  return valueAt(new Map<string, Json>(Object.entries(value)).get(key), rest);
}

/** Equal as JSON, whatever the order of keys. */
function same(a: Json, b: Json): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const left = new Map<string, Json>(Object.entries(a));
  const right = new Map<string, Json>(Object.entries(b));
  if (Array.isArray(a) !== Array.isArray(b) || left.size !== right.size) return false;
  return [...left].every(([key, value]) => {
    const other = right.get(key);
    return other !== undefined && same(value, other);
  });
}
