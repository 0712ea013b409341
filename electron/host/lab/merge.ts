import type { Json } from '../../contract/session.ts';
import type { Settings } from './lab.ts';

/** RFC 7396, as the programs' own admin API merges: objects member by member, null removes, the rest replaces. */
export function mergeSettings(base: Settings, patch: Settings): Settings {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = isSettings(value) ? mergeSettings(isSettings(before) ? before : {}, value) : value;
  }
  return merged;
}

export function isSettings(value: Json | undefined): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A merge patch that leaves `wanted` and nothing else in these members: what only the present has is removed. */
export function replacing(present: Settings, wanted: Settings): Settings {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => {
      const before = present[key];
      if (!isSettings(value) || !isSettings(before)) return [key, value];
      const gone = Object.keys(before).filter((member) => !(member in value));
      return [
        key,
        { ...Object.fromEntries(gone.map((member) => [member, null])), ...replacing(before, value) },
      ];
    }),
  );
}
