import type { Match } from '../../protocol/l7/match.ts';
import type { Route, Routes } from '../../protocol/l7/route.ts';
import { conditionsOf } from './matcher.ts';
import type { Test } from './matcher.ts';
import { matchWords } from './match-words.ts';
import type { RequestView } from './request-view.ts';

/** A route with everything that was worked out about it once. */
export interface CompiledRoute {
  readonly name: string;
  readonly route: Route;
  /** "api: path /api/*" */
  readonly why: string;
  readonly tests: readonly Test[];
}

/**
 * request --host--> exact name, then wildcards from the longest, then any
 *         --path--> exact, then regular expressions, then prefixes from the longest
 *         --rest--> port, method, most headers and cookies, most query parameters, the settings' own order
 *
 * The order is Gateway API's (HTTPRoute matching precedence), which leaves the place of regular expressions open; they
 * stand where NGINX and Envoy Gateway have them. Names and prefixes are found by hash, so a thousand routes cost what
 * one does; regular expressions of one host are tried one after another.
 */
export interface RouteTable {
  find(request: RequestView): CompiledRoute | null;
}

interface Bucket {
  readonly exact: Map<string, CompiledRoute[]>;
  readonly patterns: { readonly pattern: RegExp; readonly route: CompiledRoute }[];
  /** Without slash at the end; the empty one is "/". */
  readonly prefixes: Map<string, CompiledRoute[]>;
  /** Segments of the longest prefix: looking further down is useless. */
  deepest: number;
}

export function createRouteTable(routes: Routes): RouteTable {
  const names = new Map<string, Bucket>();
  const wildcards = new Map<string, Bucket>();
  const any = createBucket();

  const ranked = Object.entries(routes)
    .map(([name, route]) => compile(name, route))
    .sort((a, b) => compare(a.route.match, b.route.match) || a.route.order - b.route.order);
  for (const compiled of ranked) {
    const { hosts } = compiled.route.match;
    if (hosts.length === 0) add(any, compiled);
    for (const host of hosts) {
      const wild = host.startsWith('*.');
      add(bucketOf(wild ? wildcards : names, wild ? host.slice(1) : host), compiled);
    }
  }

  return {
    find(request) {
      if (names.size > 0) {
        const found = search(names.get(request.host), request);
        if (found !== null) return found;
      }
      if (wildcards.size > 0) {
        // From the longest suffix: a.b.shop.test, then .b.shop.test, .shop.test, .test.
        for (let dot = request.host.indexOf('.', 1); dot !== -1; dot = request.host.indexOf('.', dot + 1)) {
          const found = search(wildcards.get(request.host.slice(dot)), request);
          if (found !== null) return found;
        }
      }
      return search(any, request);
    },
  };
}

function compile(name: string, route: Route): CompiledRoute {
  return { name, route, why: `${name}: ${matchWords(route.match)}`, tests: conditionsOf(route.match) };
}

/** Sort is stable: what is equal by these stays in the order of the settings. */
function compare(a: Match, b: Match): number {
  return (
    rank(b.ports.length > 0) - rank(a.ports.length > 0) ||
    rank(b.methods.length > 0) - rank(a.methods.length > 0) ||
    count(b.headers) + count(b.cookies) - count(a.headers) - count(a.cookies) ||
    count(b.query) - count(a.query) ||
    rank(b.sources.length > 0) - rank(a.sources.length > 0)
  );
}

function rank(has: boolean): number {
  return has ? 1 : 0;
}

function count(values: object): number {
  return Object.keys(values).length;
}

function createBucket(): Bucket {
  return { exact: new Map(), patterns: [], prefixes: new Map(), deepest: 0 };
}

function bucketOf(buckets: Map<string, Bucket>, key: string): Bucket {
  let found = buckets.get(key);
  if (found === undefined) buckets.set(key, (found = createBucket()));
  return found;
}

function add(bucket: Bucket, compiled: CompiledRoute): void {
  const { path, pathIs } = compiled.route.match;
  if (pathIs === 'regex') {
    bucket.patterns.push({ pattern: new RegExp(path), route: compiled });
    // The longer pattern is the more specific one, as far as anybody can tell.
    bucket.patterns.sort((a, b) => b.pattern.source.length - a.pattern.source.length);
    return;
  }
  const key = pathIs === 'exact' ? path : path.replace(/\/+$/, '');
  const list = pathIs === 'exact' ? bucket.exact : bucket.prefixes;
  list.set(key, [...(list.get(key) ?? []), compiled]);
  if (pathIs === 'prefix') bucket.deepest = Math.max(bucket.deepest, key.split('/').length - 1);
}

function search(bucket: Bucket | undefined, request: RequestView): CompiledRoute | null {
  const { path } = request;
  if (bucket === undefined || path === null) return null;
  // A path is a new string each time, and its hash has to be worked out.
  const exact = bucket.exact.size === 0 ? null : firstOf(bucket.exact.get(path), request);
  if (exact !== null) return exact;
  for (const { pattern, route } of bucket.patterns) {
    if (pattern.test(path) && holds(route, request)) return route;
  }
  if (bucket.prefixes.size === 0) return null;
  for (let end = prefixEnd(path, bucket.deepest); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    const found = firstOf(bucket.prefixes.get(path.slice(0, end)), request);
    if (found !== null) return found;
    if (end === 0) break;
  }
  return null;
}

/** Where the longest prefix that any route could have ends in this path. */
function prefixEnd(path: string, segments: number): number {
  // `OPTIONS *` is no path; only a route for everything takes it.
  if (!path.startsWith('/')) return 0;
  let end = 0;
  for (let passed = 0; passed < segments; passed += 1) {
    const next = path.indexOf('/', end + 1);
    if (next === -1) return path.length;
    end = next;
  }
  return end;
}

function firstOf(routes: readonly CompiledRoute[] | undefined, request: RequestView): CompiledRoute | null {
  for (const route of routes ?? []) if (holds(route, request)) return route;
  return null;
}

function holds({ tests }: CompiledRoute, request: RequestView): boolean {
  for (const test of tests) if (!test(request)) return false;
  return true;
}
