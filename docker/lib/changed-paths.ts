import { isObject } from './merge-patch.ts';
import type { Json } from '../protocol/json.ts';

/** Dotted paths of the leaves that differ. A list counts as one leaf. */
export function changedPaths(before: Json | undefined, after: Json | undefined, prefix = ''): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      changedPaths(before[key], after[key], prefix === '' ? key : `${prefix}.${key}`),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [prefix];
}
