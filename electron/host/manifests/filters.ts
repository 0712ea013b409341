import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import type { Path } from '../lab/yaml-source.ts';
import type { Backends } from './backends.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import type { Filter, HeaderFilter, PathChange } from './kinds/filters.ts';

/** What filters make of a route: parts of its own settings. */
export interface Filtered {
  readonly parts: Settings;
  /** It answers with a redirect, and forwards nothing. */
  readonly redirects: boolean;
}

export interface FilterContext {
  readonly document: KubeDocument;
  readonly path: Path;
  readonly backends: Backends;
  readonly findings: Findings;
  /** Whether the rule matches by prefix, which is what a prefix can be put in the place of. */
  readonly byPrefix: boolean;
  readonly listenerPort: number | null;
}

export function filtered(filters: readonly Filter[], context: FilterContext): Filtered {
  const seen = new Set<string>();
  let parts: Settings = {};
  for (const [index, filter] of filters.entries()) {
    const path = [...context.path, index];
    if (seen.has(filter.type)) {
      context.findings.refuse(
        context.document,
        path,
        `a second ${filter.type} in one rule`,
        'each type once',
      );
      continue;
    }
    seen.add(filter.type);
    parts = { ...parts, ...partOf(filter, { ...context, path }) };
  }
  const redirects = seen.has('RequestRedirect');
  if (redirects && seen.has('URLRewrite')) {
    const message = 'a rule redirects or rewrites, not both';
    context.findings.refuse(context.document, context.path, message, 'RequestRedirect or URLRewrite');
  }
  return { parts, redirects };
}

function partOf(filter: Filter, context: FilterContext): Settings {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return { requestHeaders: headerEdits(filter.requestHeaderModifier) };
    case 'ResponseHeaderModifier':
      return { responseHeaders: headerEdits(filter.responseHeaderModifier) };
    case 'RequestMirror': {
      const { backendRef, percent, fraction } = filter.requestMirror;
      if (
        !context.backends.use(context.document, [...context.path, 'requestMirror', 'backendRef'], backendRef)
      )
        return {};
      const part =
        fraction === undefined ? (percent ?? 100) / 100 : fraction.numerator / fraction.denominator;
      return { mirror: { group: backendRef.name, share: Math.min(part, 1) } };
    }
    case 'URLRewrite': {
      const { hostname, path } = filter.urlRewrite;
      return {
        rewrite: {
          ...(hostname === undefined ? {} : { host: hostname }),
          ...changedPath(path, 'urlRewrite', context),
        },
      };
    }
    case 'RequestRedirect': {
      const { scheme, hostname, path, port, statusCode } = filter.requestRedirect;
      // A stated scheme brings its own port; otherwise the listener's stays (Gateway API, HTTPRequestRedirectFilter).
      const to = port ?? (scheme === undefined ? context.listenerPort : scheme === 'https' ? 443 : 80);
      const redirect: Record<string, Json> = { status: statusCode };
      if (scheme !== undefined) redirect.scheme = scheme;
      if (hostname !== undefined) redirect.host = hostname;
      if (to !== null) redirect.port = to;
      return { redirect: { ...redirect, ...changedPath(path, 'requestRedirect', context) } };
    }
  }
}

function changedPath(change: PathChange | undefined, key: string, context: FilterContext): Settings {
  if (change === undefined) return {};
  if (change.type === 'ReplaceFullPath') return { path: change.replaceFullPath };
  if (!context.byPrefix) {
    const message = 'ReplacePrefixMatch needs every match of its rule to be a PathPrefix';
    context.findings.refuse(context.document, [...context.path, key, 'path'], message, 'ReplaceFullPath');
  }
  const { replacePrefixMatch } = change;
  return { prefix: replacePrefixMatch.startsWith('/') ? replacePrefixMatch : `/${replacePrefixMatch}` };
}

/** Of two entries for one name the first counts (Gateway API, HTTPHeaderFilter). */
function headerEdits({ set, add, remove }: HeaderFilter): Settings {
  return { set: byName(set), add: byName(add), remove };
}

export function byName(list: readonly { readonly name: string; readonly value: string }[]): Settings {
  const found = new Map<string, readonly [string, string]>();
  for (const { name, value } of list) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, [name, value]);
  }
  return Object.fromEntries(found.values());
}
