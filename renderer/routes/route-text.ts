import type { Json } from '../../electron/contract/session.ts';

type JsonObject = Readonly<Record<string, Json>>;

/** Without what says nothing: empty lists, empty objects, nulls; a person reads what is there. */
export function pretty(value: Json): string {
  return JSON.stringify(stripped(value) ?? {}, null, 2);
}

/** The merge patch (RFC 7396) that makes one of the other: what was taken out is null. */
export function changeOf(before: Json, after: Json): Json {
  if (!isObject(before) || !isObject(after)) return after;
  const changed = Object.entries(after).filter(([key, value]) => !same(before[key], value));
  const gone = Object.keys(before).filter(
    (key) => !(key in after) && stripped(before[key] ?? null) !== undefined,
  );
  return Object.fromEntries([
    ...changed.map(([key, value]) => [key, changeOf(before[key] ?? null, value)] as const),
    ...gone.map((key) => [key, null] as const),
  ]);
}

function stripped(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : (value as Json);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const left = stripped(inner);
    return left === undefined ? [] : [[key, left] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function same(a: Json | undefined, b: Json): boolean {
  return JSON.stringify(a === undefined ? undefined : stripped(a)) === JSON.stringify(stripped(b));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
