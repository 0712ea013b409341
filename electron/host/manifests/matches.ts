import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import type { GrpcMatch, HttpMatch, ValueMatches } from './kinds/routes.ts';

/** Regular expressions must fit the whole, as in Envoy; Gateway API leaves it to each. */
const whole = (pattern: string) => `^(?:${pattern})$`;
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

export function httpMatch({ path, headers, queryParams, method }: HttpMatch): Settings {
  const is = { Exact: 'exact', PathPrefix: 'prefix', RegularExpression: 'regex' }[path.type];
  return {
    path: is === 'regex' ? whole(path.value) : path.value,
    pathIs: is,
    headers: values(headers, true),
    query: values(queryParams, false),
    ...(method === undefined ? {} : { methods: [method] }),
  };
}

/** gRPC is POST /service/method, and says by its content type that it is gRPC. */
export function grpcMatch({ method, headers }: GrpcMatch): Settings {
  return {
    ...grpcPath(method),
    methods: ['POST'],
    headers: { ...values(headers, true), 'content-type': { is: 'prefix', value: 'application/grpc' } },
  };
}

function grpcPath(wanted: GrpcMatch['method']): Settings {
  if (wanted === undefined) return { path: '/', pathIs: 'prefix' };
  const { type, service, method } = wanted;
  if (type === 'Exact' && service !== undefined) {
    return method === undefined
      ? { path: `/${service}`, pathIs: 'prefix' }
      : { path: `/${service}/${method}`, pathIs: 'exact' };
  }
  const part = (text: string | undefined) =>
    text === undefined ? '[^/]+' : type === 'Exact' ? literal(text) : `(?:${text})`;
  return { path: `^/${part(service)}/${part(method)}$`, pathIs: 'regex' };
}

/** Of two entries for one name the first counts. */
function values(matches: ValueMatches, ignoreCase: boolean): Settings {
  const found = new Map<string, readonly [string, Json]>();
  for (const { type, name, value } of matches) {
    const key = ignoreCase ? name.toLowerCase() : name;
    const wanted = type === 'Exact' ? value : { is: 'regex', value: whole(value) };
    if (!found.has(key)) found.set(key, [key, wanted]);
  }
  return Object.fromEntries(found.values());
}
