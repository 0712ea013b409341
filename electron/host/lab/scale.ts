import { z } from 'zod';
import type { Json } from '../../contract/session.ts';

/**
 * Stated time and effective time. A lab at scale 20 states a check every 10 s and runs it every 500 ms. Only settings
 * that the protocol marks as timers (`scaled: true` in their JSON Schema) are touched: never service time, request
 * latency or what the kernel decides. Works on whole settings and on merge patches alike.
 */
export function toEffective(schema: z.ZodType, stated: Json, scale: number): Json {
  return walk(jsonSchema(schema), stated, (ms) => shorten(ms, scale));
}

export function toStated(schema: z.ZodType, effective: Json, scale: number): Json {
  return walk(jsonSchema(schema), effective, (ms) => Math.round(ms * scale));
}

/** Whole milliseconds, and never a zero that was not asked for: zero often means "off". */
function shorten(ms: number, scale: number): number {
  return ms <= 0 ? ms : Math.max(1, Math.round(ms / scale));
}

interface Node {
  readonly scaled?: boolean;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

const cache = new WeakMap<z.ZodType, Node>();

function jsonSchema(schema: z.ZodType): Node {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const made = z.toJSONSchema(schema, { io: 'input' }) as Node;
  cache.set(schema, made);
  return made;
}

function walk(node: Node, value: Json, change: (ms: number) => number): Json {
  if (typeof value === 'number') return isTimer(node) ? change(value) : value;
  if (value === null || typeof value !== 'object') return value;
  const shapes = [node, ...(node.anyOf ?? [])];
  if (isList(value)) {
    const items = shapes.find((shape) => shape.items !== undefined)?.items;
    return items === undefined ? value : value.map((item) => walk(items, item, change));
  }
  const properties = shapes.find((shape) => shape.properties !== undefined)?.properties ?? {};
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const shape = properties[key];
      return [key, shape === undefined ? item : walk(shape, item, change)];
    }),
  );
}

function isTimer(node: Node): boolean {
  return node.scaled === true || (node.anyOf ?? []).some((shape) => shape.scaled === true);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
