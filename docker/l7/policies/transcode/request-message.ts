import type { Binding } from './bindings.ts';
import { fieldAt } from './bindings.ts';
import { encodeMessage, isFields, MessageProblem } from './wire.ts';
import type { Value } from './wire.ts';

type Open = Record<string, Value>;

/** Path, query and body of a request as one message: the path goes before all, and the query fills what nothing else names. */
export function requestMessage(
  { method, body }: Binding,
  fromPath: readonly (readonly [string, string])[],
  search: string,
  json: string,
): Buffer {
  const value: Open = {};
  if (body === '*') Object.assign(value, objectOf(json));
  else if (body !== null && json.trim() !== '') put(value, body, parsed(json));
  if (body !== '*') {
    const query = new URLSearchParams(search);
    for (const name of new Set(query.keys())) {
      const field = fieldAt(method.request, name);
      if (field === null) throw new MessageProblem(`there is no field ${name}`);
      const all = query.getAll(name);
      put(value, name, field.repeated ? all : (all.at(-1) ?? ''));
    }
  }
  for (const [name, text] of fromPath) put(value, name, text);
  return encodeMessage(method.request, value);
}

function put(into: Open, path: string, value: Value): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const before = into[first];
  const inner: Open = before !== undefined && isFields(before) ? { ...before } : {};
  put(inner, rest.join('.'), value);
  into[first] = inner;
}

function objectOf(json: string): Open {
  const value = json.trim() === '' ? {} : parsed(json);
  if (isFields(value)) return { ...value };
  throw new MessageProblem('the body is not an object');
}

function parsed(json: string): Value {
  try {
    return JSON.parse(json) as Value;
  } catch {
    throw new MessageProblem('the body is not JSON');
  }
}
