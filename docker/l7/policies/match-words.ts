import type { Match, ValueMatch } from '../../protocol/l7/match.ts';

/** A match as a person reads it: what the route table and every "why" show. */
export function matchWords(match: Match): string {
  const { hosts, path, pathIs, ports, methods, headers, query, cookies, sources } = match;
  const parts = [
    ...(hosts.length === 0 ? [] : [hosts.join(' or ')]),
    ...(ports.length === 0 ? [] : [`port ${ports.join(' or ')}`]),
    ...(methods.length === 0 ? [] : [methods.join(' or ')]),
    ...pathWords(path, pathIs),
    ...valueWords('header', headers),
    ...valueWords('query', query),
    ...valueWords('cookie', cookies),
    ...(sources.length === 0 ? [] : [`from ${sources.join(' or ')}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

function pathWords(path: string, pathIs: Match['pathIs']): readonly string[] {
  if (pathIs === 'exact') return [`path = ${path}`];
  if (pathIs === 'regex') return [`path ~ ${path}`];
  return path === '/' ? [] : [`path ${path.replace(/\/+$/, '')}/*`];
}

function valueWords(what: string, values: Readonly<Record<string, ValueMatch>>): readonly string[] {
  return Object.entries(values).map(([name, wanted]) => {
    if (typeof wanted === 'string') return `${what} ${name}: ${wanted}`;
    const { is, value } = wanted;
    const by = {
      exact: `: ${value}`,
      prefix: `: ${value}*`,
      regex: ` ~ ${value}`,
      present: '',
      absent: ' absent',
    };
    return `${what} ${name}${by[is]}`;
  });
}
