import { z } from 'zod';
import type { Path } from './yaml-source.ts';

/** As much of JSON Schema as a lab's schema uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode | boolean;
  readonly prefixItems?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** The schema of the value at a path. Among alternatives, the one whose constants (`role`, `type`, `do`) the data has. */
export function schemaAt(schema: z.ZodType, data: unknown, path: Path): SchemaNode | null {
  const root = z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
  let node: SchemaNode | null = root;
  let value = data;
  for (const key of path) {
    if (node === null) return null;
    node = child(choose(node, value, root), key);
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return node === null ? null : choose(node, value, root);
}

/** Every key that an object of this schema may have. */
export function keysOf(node: SchemaNode | null): readonly string[] {
  return Object.keys(node?.properties ?? {});
}

/** Every word that this value may be: an enum's, or the constants that tell alternatives apart. */
export function wordsOf(node: SchemaNode | null, discriminator?: string): readonly string[] {
  if (node === null) return [];
  if (discriminator !== undefined) {
    const constants = alternatives(node).map((one) => one.properties?.[discriminator]?.const);
    return constants.filter((one) => typeof one === 'string');
  }
  const own = node.enum ?? (node.const === undefined ? [] : [node.const]);
  return [...own, ...alternatives(node).flatMap((one) => wordsOf(one))].filter(
    (one) => typeof one === 'string',
  );
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return node.oneOf ?? node.anyOf ?? [];
}

function choose(node: SchemaNode, value: unknown, root: SchemaNode): SchemaNode {
  const real = dereference(node, root);
  const some = alternatives(real).map((one) => dereference(one, root));
  if (some.length === 0) return real;
  const fitting = some.find((one) => fits(one, value));
  return fitting ?? { ...real, oneOf: some };
}

function fits(node: SchemaNode, value: unknown): boolean {
  if (Array.isArray(value)) return node.items !== undefined || node.prefixItems !== undefined;
  if (typeof value !== 'object' || value === null) return false;
  const constants = Object.entries(node.properties ?? {}).filter(([, one]) => one.const !== undefined);
  const data = value as Readonly<Record<string, unknown>>;
  return node.properties !== undefined && constants.every(([key, one]) => data[key] === one.const);
}

function dereference(node: SchemaNode, root: SchemaNode): SchemaNode {
  const name = /^#\/\$defs\/(.+)$/.exec(node.$ref ?? '')?.[1];
  if (node.$ref === '#') return root;
  const found = name === undefined ? undefined : root.$defs?.[name];
  return found === undefined ? node : dereference(found, root);
}

function child(node: SchemaNode, key: PropertyKey): SchemaNode | null {
  if (typeof key === 'number') {
    const item = node.prefixItems?.[key] ?? node.items;
    return typeof item === 'object' ? item : null;
  }
  const property = node.properties?.[String(key)] ?? node.additionalProperties;
  return typeof property === 'object' ? property : null;
}
