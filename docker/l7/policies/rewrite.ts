import type { Match } from '../../protocol/l7/match.ts';
import type { Redirect, Rewrite } from '../../protocol/l7/route.ts';
import type { RequestView } from './request-view.ts';

/** The target for the next hop: the path as it was judged, rewritten where the route says so, and the query as sent. */
export function rewrittenTarget(request: RequestView, match: Match, rewrite: Rewrite): string {
  return `${newPath(request.path ?? '/', match, rewrite)}${request.search}`;
}

/** RFC 9110 15.4: where the client shall go instead; null where that is where it is, which would never end. */
export function redirectLocation(
  request: RequestView,
  from: { readonly scheme: 'http' | 'https'; readonly authority: string },
  match: Match,
  redirect: Redirect,
): string | null {
  const scheme = redirect.scheme ?? from.scheme;
  const host = redirect.host ?? request.host;
  const path = `${newPath(request.path ?? '/', match, redirect)}${request.search}`;
  const to = `${scheme}://${host}${portOf(from, redirect)}${path}`;
  return to === `${from.scheme}://${from.authority.toLowerCase()}${request.path ?? '/'}${request.search}`
    ? null
    : to;
}

/** Another scheme brings its own port; otherwise the one asked at stays. */
function portOf(
  from: { readonly scheme: 'http' | 'https'; readonly authority: string },
  { scheme, port }: Redirect,
): string {
  const known = { http: 80, https: 443 };
  const to = scheme ?? from.scheme;
  const asked = /:(\d+)$/.exec(from.authority)?.[1];
  const kept = to === from.scheme && asked !== undefined ? Number(asked) : known[to];
  const wanted = port ?? kept;
  return wanted === known[to] ? '' : `:${wanted}`;
}

function newPath(
  path: string,
  match: Match,
  { path: whole, prefix }: { readonly path: string | null; readonly prefix: string | null },
): string {
  if (whole !== null) return match.pathIs === 'regex' ? filled(whole, path, match.path) : whole;
  if (prefix === null || match.pathIs !== 'prefix') return path;
  const matched = match.path.replace(/\/+$/, '');
  const rest = path.slice(matched.length);
  const joined = `${prefix.replace(/\/+$/, '')}${rest}`;
  return joined === '' ? '/' : joined;
}

/** $1 to $9 are what the groups of the pattern took, as NGINX has it; those that took nothing are nothing. */
function filled(template: string, path: string, pattern: string): string {
  if (!template.includes('$')) return template;
  const taken = new RegExp(pattern).exec(path) ?? [];
  return template.replace(/\$([1-9])/g, (_, number: string) => taken[Number(number)] ?? '');
}
