import type { Json } from '../../electron/contract/session.ts';
import type { FieldSchema } from './schema.ts';

type Read = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

/** A list of names fits on a line; more of JSON than that is read by its shape. */
const longLine = 48;

export function writeField(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  const line = JSON.stringify(value);
  return line.length <= longLine ? line : JSON.stringify(value, null, 2);
}

/** What was typed, as a value; the node itself judges whether it is allowed. */
export function readField(schema: FieldSchema, text: string): Read {
  const typed = text.trim();
  if (typed === '' && schema.nullable) return { ok: true, value: null };
  switch (schema.kind) {
    case 'number':
      return readNumber(schema, typed);
    case 'json':
    case 'group':
      try {
        return { ok: true, value: JSON.parse(typed) as Json };
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        return { ok: false, message: `This must be JSON, for example ["a", "b"]. ${why}` };
      }
    default:
      return { ok: true, value: typed };
  }
}

function readNumber({ min, max, whole }: FieldSchema, typed: string): Read {
  const value = typed === '' ? NaN : Number(typed);
  if (!Number.isFinite(value)) return { ok: false, message: `"${typed}" is not a number.` };
  if (whole && !Number.isInteger(value)) return { ok: false, message: 'This must be a whole number.' };
  if (min !== null && value < min) return { ok: false, message: `At least ${min}.` };
  if (max !== null && value > max) return { ok: false, message: `At most ${max}.` };
  return { ok: true, value };
}
