import { ProtoProblem, tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

export const scalars = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;
export type Scalar = (typeof scalars)[number];

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'enum'; readonly values: ReadonlyMap<string, number> }
  | { readonly kind: 'message'; readonly message: Message };

export interface ProtoField {
  readonly name: string;
  /** As JSON calls it: orderId for order_id. */
  readonly json: string;
  readonly number: number;
  readonly repeated: boolean;
  type: FieldType;
}

export interface Message {
  readonly name: string;
  readonly fields: readonly ProtoField[];
}

/** One way to ask for a method: google.api.HttpRule. */
export interface HttpRule {
  readonly method: string;
  readonly template: string;
  /** `*`, a field, or none. */
  readonly body: string | null;
  readonly token: Token;
}

export interface Method {
  /** /package.Service/Method */
  readonly path: string;
  readonly request: Message;
  readonly response: Message;
  readonly rules: readonly HttpRule[];
}

interface OpenMessage extends Message {
  readonly fields: ProtoField[];
}
interface Wanted {
  readonly field: ProtoField;
  readonly name: string;
  readonly scope: string;
  readonly token: Token;
}

/** The methods that a proto binds to paths. A subset of proto3: whatever else it has is refused by its name. */
export function parseProto(text: string): readonly Method[] {
  const tokens = tokensOf(text);
  const messages = new Map<string, OpenMessage>();
  const enums = new Map<string, Map<string, number>>();
  const wanted: Wanted[] = [];
  const services: (() => Method)[] = [];
  let at = 0;
  let pack = '';

  const end: Token = {
    kind: 'sign',
    text: 'the end',
    line: tokens.at(-1)?.line ?? 1,
    column: tokens.at(-1)?.column ?? 1,
  };
  const peek = () => tokens[at] ?? end;
  const next = () => tokens[at++] ?? end;
  const fail = (message: string, token: Token): never => {
    throw new ProtoProblem(message, token);
  };
  const sign = (text: string) => {
    const token = next();
    if (token.kind !== 'sign' || token.text !== text) fail(`"${text}" expected, not "${token.text}"`, token);
  };
  const take = (kind: Token['kind'], what: string): Token => {
    const token = next();
    if (token.kind !== kind) fail(`${what} expected, not "${token.text}"`, token);
    return token;
  };
  const isSign = (text: string) => peek().kind === 'sign' && peek().text === text;
  const within = (scope: string, name: string) => (scope === '' ? name : `${scope}.${name}`);

  const message = (scope: string) => {
    const name = within(scope, take('word', 'a name').text);
    const made: OpenMessage = { name, fields: [] };
    messages.set(name, made);
    sign('{');
    while (!isSign('}')) {
      const token = take('word', 'a field');
      if (token.text === 'message') message(name);
      else if (token.text === 'enum') enumeration(name);
      else if (refused.has(token.text)) fail(`${token.text} is not supported`, token);
      else field(made, name, token);
    }
    sign('}');
  };

  const field = (into: OpenMessage, scope: string, first: Token) => {
    const repeated = first.text === 'repeated';
    const type = repeated ? take('word', 'a type') : first;
    if (type.text === 'map') fail('map is not supported', type);
    const name = take('word', 'a name');
    sign('=');
    const number = take('number', 'a number');
    const value = Number(number.text);
    if (!(value >= 1 && value <= 536_870_911)) fail('a field number from 1', number);
    if (into.fields.some((one) => one.number === value || one.name === name.text)) {
      fail(`another field of ${into.name} has this name or number`, number);
    }
    if (isSign('[')) fail('options of fields are not supported', peek());
    sign(';');
    const json = name.text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const made: ProtoField = {
      name: name.text,
      json,
      number: value,
      repeated,
      type: { kind: 'scalar', scalar: 'string' },
    };
    into.fields.push(made);
    wanted.push({ field: made, name: type.text, scope, token: type });
  };

  const enumeration = (scope: string) => {
    const values = new Map<string, number>();
    enums.set(within(scope, take('word', 'a name').text), values);
    sign('{');
    while (!isSign('}')) {
      const name = take('word', 'a name');
      sign('=');
      values.set(name.text, Number(take('number', 'a number').text));
      sign(';');
    }
    sign('}');
  };

  const service = () => {
    const name = within(pack, take('word', 'a name').text);
    sign('{');
    while (!isSign('}')) {
      const token = take('word', 'rpc');
      if (token.text !== 'rpc') fail(`${token.text} is not supported`, token);
      method(name);
    }
    sign('}');
  };

  const method = (serviceName: string) => {
    const name = take('word', 'a name').text;
    const typeName = () => {
      sign('(');
      const token = take('word', 'a message');
      if (token.text === 'stream') fail('streams are not supported', token);
      sign(')');
      return token;
    };
    const request = typeName();
    const returns = take('word', 'returns');
    if (returns.text !== 'returns') fail('"returns" expected', returns);
    const response = typeName();
    const rules: HttpRule[] = [];
    if (isSign(';')) sign(';');
    else {
      sign('{');
      while (!isSign('}')) {
        const option = take('word', 'option');
        if (option.text !== 'option') fail('"option" expected', option);
        sign('(');
        const which = take('word', 'google.api.http');
        if (which.text !== 'google.api.http') fail(`${which.text} is not supported`, which);
        sign(')');
        sign('=');
        rules.push(...httpRules());
        sign(';');
      }
      sign('}');
      if (isSign(';')) sign(';');
    }
    services.push(() => ({
      path: `/${serviceName}/${name}`,
      request: messageOf(request, pack),
      response: messageOf(response, pack),
      rules,
    }));
  };

  const httpRules = (): readonly HttpRule[] => {
    const open = peek();
    sign('{');
    let method: string | null = null;
    let template = '';
    let body: string | null = null;
    const more: HttpRule[] = [];
    while (!isSign('}')) {
      const key = take('word', 'a key');
      if (key.text === 'additional_bindings') {
        if (isSign(':')) sign(':');
        more.push(...httpRules());
      } else {
        sign(':');
        const value = take('text', 'a text').text;
        if (key.text === 'body') body = value;
        else if (verbs.has(key.text)) {
          method = key.text.toUpperCase();
          template = value;
        } else fail(`${key.text} is not supported`, key);
      }
      if (isSign(',')) sign(',');
    }
    sign('}');
    if (method === null) throw new ProtoProblem('get, put, post, delete or patch is missing', open);
    return [{ method, template, body, token: open }, ...more];
  };

  /** From the inside out, as proto finds names. */
  const find = <T>(table: ReadonlyMap<string, T>, name: string, scope: string): T | undefined => {
    if (name.startsWith('.')) return table.get(name.slice(1));
    for (let inside = scope; ; inside = inside.slice(0, Math.max(0, inside.lastIndexOf('.')))) {
      const found = table.get(within(inside, name));
      if (found !== undefined || inside === '') return found;
    }
  };
  const messageOf = (token: Token, scope: string): Message =>
    find(messages, token.text, scope) ?? fail(`there is no message ${token.text}`, token);

  while (at < tokens.length) {
    const token = next();
    switch (token.text) {
      case 'syntax': {
        sign('=');
        const version = take('text', '"proto3"');
        if (version.text !== 'proto3') fail('proto3 alone is supported', version);
        sign(';');
        break;
      }
      case 'package':
        pack = take('word', 'a name').text;
        sign(';');
        break;
      case 'import': {
        const file = take('text', 'a file');
        if (file.text !== 'google/api/annotations.proto')
          fail(`import of ${file.text} is not supported`, file);
        sign(';');
        break;
      }
      case 'message':
        message(pack);
        break;
      case 'enum':
        enumeration(pack);
        break;
      case 'service':
        service();
        break;
      default:
        fail(`${token.text} is not supported`, token);
    }
  }
  for (const { field: one, name, scope, token } of wanted) {
    one.type =
      typeOf(name) ??
      fromNames(find(messages, name, scope), find(enums, name, scope)) ??
      fail(`there is no type ${name}`, token);
  }
  return services.map((make) => make());
}

const verbs: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch']);
const refused: ReadonlySet<string> = new Set([
  'oneof',
  'map',
  'optional',
  'required',
  'reserved',
  'option',
  'extensions',
  'group',
]);

function typeOf(name: string): FieldType | null {
  const scalar = scalars.find((one) => one === name);
  return scalar === undefined ? null : { kind: 'scalar', scalar };
}

function fromNames(
  message: Message | undefined,
  values: ReadonlyMap<string, number> | undefined,
): FieldType | null {
  if (message !== undefined) return { kind: 'message', message };
  return values === undefined ? null : { kind: 'enum', values };
}
