import type { HeaderEdits } from '../../protocol/l7/route.ts';
import type { Field } from '../message.ts';

export type EditFields = (fields: readonly Field[]) => readonly Field[];

/** Gateway API's order for one field: remove, set, add. Null where nothing is to be done. */
export function headerEdits(edits: HeaderEdits): EditFields | null {
  const set = Object.entries(edits.set);
  const add: readonly Field[] = Object.entries(edits.add);
  if (set.length === 0 && add.length === 0 && edits.remove.length === 0) return null;
  const gone = new Set([...edits.remove, ...set.map(([name]) => name)].map((name) => name.toLowerCase()));
  return (fields) => [...fields.filter(([name]) => !gone.has(name.toLowerCase())), ...set, ...add];
}
