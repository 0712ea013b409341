import type { Json } from '../../electron/contract/session.ts';

/** The part of JSON Schema that the programs' settings use, read into what a form needs to know. */
export interface FieldSchema {
  readonly kind: 'number' | 'text' | 'choice' | 'switch' | 'group' | 'json';
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** A timer that the lab may run faster than stated. */
  readonly scaled: boolean;
  readonly nullable: boolean;
  readonly choices: readonly string[];
  /** Of a text: what is most likely meant, to be chosen; anything else can be typed. */
  readonly suggestions: readonly string[];
  /** A text of many lines, such as a file. */
  readonly long: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly whole: boolean;
  /** Only for these values of the deciding sibling; empty: always. */
  readonly only: readonly string[];
  readonly fields: readonly { readonly name: string; readonly schema: FieldSchema }[];
  readonly initial: Json | undefined;
}

/** Nobody writes as much as this on one line. */
const longText = 10_000;

type JsonObject = Readonly<Record<string, Json>>;

export function readSchema(schema: Json, name = ''): FieldSchema {
  const outer = object(schema);
  const options = list(outer.anyOf).map(object);
  const inner = options.find((option) => option.type !== 'null') ?? outer;
  const merged: JsonObject = { ...inner, ...outer };
  const { minimum, maximum, type } = inner;
  const choices = list(inner.enum).filter((choice) => typeof choice === 'string');
  return {
    kind: kindOf(type, choices, inner),
    title: text(merged.title) || spoken(name),
    description: text(merged.description),
    unit: text(merged.unit),
    scaled: merged.scaled === true,
    nullable: options.some((option) => option.type === 'null'),
    choices,
    suggestions: list(merged.examples).filter((one) => typeof one === 'string'),
    long: typeof inner.maxLength === 'number' && inner.maxLength >= longText,
    min: typeof minimum === 'number' ? minimum : null,
    max: typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? maximum : null,
    whole: type === 'integer',
    only: list(merged.for).filter((one) => typeof one === 'string'),
    fields: Object.entries(object(inner.properties ?? null)).map(([key, value]) => ({
      name: key,
      schema: readSchema(value, key),
    })),
    initial: merged.default,
  };
}

/** Whether a field means anything beside what its siblings say ("Path" is for HTTP checks alone). */
export function applies(schema: FieldSchema, siblings: Json): boolean {
  return (
    schema.only.length === 0 ||
    Object.values(object(siblings)).some((value) => typeof value === 'string' && schema.only.includes(value))
  );
}

/** What of a form speaks of these words, by title, name or description; a group that does is kept whole. */
export function speakingOf(schema: FieldSchema, words: string): FieldSchema {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return schema;
  const fields = schema.fields.flatMap((field) => {
    const { name, schema: inner } = field;
    const said = [name, inner.title, inner.description].some((one) => one.toLowerCase().includes(wanted));
    if (said) return [field];
    const left = speakingOf(inner, words);
    return left.fields.length === 0 ? [] : [{ name, schema: left }];
  });
  return { ...schema, fields };
}

/** A merge patch that changes one field and nothing else. */
export function patchOf(path: readonly string[], value: Json): Json {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
}

export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) => (found === undefined ? undefined : object(found)[key]),
    value,
  );
}

/** What a form starts from: the schema's own defaults. */
export function initialOf(schema: FieldSchema): Json {
  if (schema.initial !== undefined) return schema.initial;
  if (schema.kind !== 'group') return null;
  return Object.fromEntries(
    schema.fields.flatMap(({ name, schema: inner }) => {
      const value = initialOf(inner);
      return value === null && !inner.nullable ? [] : [[name, value]];
    }),
  );
}

/** A group that may be absent, with its defaults in its place, so that a form has fields to show for it. */
export function filledIn(schema: FieldSchema, value: Json): Json {
  const present = object(value);
  const groups = schema.fields.flatMap(({ name, schema: inner }) => {
    if (inner.kind !== 'group') return [];
    const own = present[name] ?? fieldsOf(inner);
    return [[name, filledIn(inner, own)] as const];
  });
  return { ...present, ...Object.fromEntries(groups) };
}

/** The value with the one at the path put in its place; nothing else changes. */
export function replaced(value: Json, [key, ...rest]: readonly string[], next: Json): Json {
  if (key === undefined) return next;
  return { ...object(value), [key]: replaced(object(value)[key] ?? null, rest, next) };
}

function fieldsOf(schema: FieldSchema): Json {
  return initialOf({ ...schema, initial: undefined });
}

function kindOf(type: Json | undefined, choices: readonly string[], inner: JsonObject): FieldSchema['kind'] {
  if (choices.length > 0) return 'choice';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'switch';
  if (type === 'string') return 'text';
  if (type === 'object' && inner.properties !== undefined) return 'group';
  return 'json';
}

function spoken(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ ms$/, '');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
