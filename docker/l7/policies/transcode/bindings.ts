import { normalPath } from '../normal-path.ts';
import { ProtoProblem } from './tokens.ts';
import type { HttpRule, Message, Method, ProtoField } from './proto.ts';

/** A path that leads to a method, worked out once. */
export interface Binding {
  readonly method: Method;
  readonly verb: string;
  readonly body: string | null;
  /** "GET /v1/orders/{id}" */
  readonly words: string;
  /** The fields that the path names, in their order; null where it does not fit. */
  match(path: string): readonly (readonly [field: string, value: string])[] | null;
}

/** Every way into every method; what a template names must be there. */
export function bindingsOf(methods: readonly Method[]): readonly Binding[] {
  const all = methods.flatMap((method) => method.rules.map((rule) => bindingOf(method, rule)));
  // A literal is more than a variable: /orders/all before /orders/{id}.
  return all
    .map((one) => ({ one, variables: one.words.split('{').length }))
    .sort((a, b) => a.variables - b.variables)
    .map(({ one }) => one);
}

function bindingOf(method: Method, { method: verb, template, body, token }: HttpRule): Binding {
  const fail = (message: string): never => {
    throw new ProtoProblem(message, token);
  };
  if (!template.startsWith('/')) fail(`"${template}" does not begin with /`);
  const names: string[] = [];
  const segments = template
    .slice(1)
    .split('/')
    .map((segment) => {
      const variable = /^\{([\w.]+)(?:=\*)?\}$/.exec(segment)?.[1];
      if (variable !== undefined) {
        const field = fieldAt(method.request, variable);
        if (field === null) fail(`${method.request.name} has no field ${variable}`);
        if (field?.repeated === true || field?.type.kind === 'message')
          fail(`${variable} is no single value`);
        names.push(variable);
        return '([^/]+)';
      }
      if (/[{}*]/.test(segment)) fail(`"${segment}" is not supported: a segment is plain, or one {field}`);
      return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
  if (body !== null && body !== '*' && fieldAt(method.request, body) === null) {
    fail(`${method.request.name} has no field ${body}`);
  }
  const pattern = new RegExp(`^/${segments.join('/')}$`);
  return {
    method,
    verb,
    body,
    words: `${verb} ${template}`,
    match(path) {
      const found = pattern.exec(normalPath(path) ?? '');
      if (found === null) return null;
      return names.map((name, index) => [name, decoded(found[index + 1] ?? '')] as const);
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `order.id` is the field id of the message in the field order. */
export function fieldAt(message: Message, path: string): ProtoField | null {
  const [first = '', ...rest] = path.split('.');
  const field = message.fields.find(({ name, json }) => name === first || json === first);
  if (field === undefined) return null;
  if (rest.length === 0) return field;
  return field.type.kind === 'message' && !field.repeated
    ? fieldAt(field.type.message, rest.join('.'))
    : null;
}
