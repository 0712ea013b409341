import { BlockList, isIP } from 'node:net';
import type { Match, ValueMatch } from '../../protocol/l7/match.ts';
import type { RequestView } from './request-view.ts';

export type Test = (request: RequestView) => boolean;

/** Everything that a match states about a request, but for the host and path by which a route table finds it. */
export function conditionsOf(match: Match): readonly Test[] {
  const { ports, methods, headers, query, cookies, sources } = match;
  const tests: Test[] = [];
  if (ports.length > 0) tests.push(({ port }) => ports.includes(port));
  if (methods.length > 0) tests.push(({ method }) => methods.includes(method));
  for (const [name, wanted] of Object.entries(headers)) {
    const test = valueTest(wanted);
    tests.push((request) => test(request.header(name)));
  }
  for (const [name, wanted] of Object.entries(query)) {
    const test = valueTest(wanted);
    tests.push((request) => test(request.query(name)));
  }
  for (const [name, wanted] of Object.entries(cookies)) {
    const test = valueTest(wanted);
    tests.push((request) => test(request.cookie(name)));
  }
  if (sources.length > 0) tests.push(sourceTest(sources));
  return tests;
}

/** The whole of a match, for a policy that applies to some requests and not to others. */
export function testOf(match: Match): Test {
  const tests = [...hostTests(match.hosts), ...pathTests(match), ...conditionsOf(match)];
  return (request) => tests.every((test) => test(request));
}

export function pathTest({ path, pathIs }: Pick<Match, 'path' | 'pathIs'>): (path: string | null) => boolean {
  switch (pathIs) {
    case 'exact':
      return (one) => one === path;
    case 'regex': {
      const pattern = new RegExp(path);
      return (one) => one !== null && pattern.test(one);
    }
    case 'prefix': {
      const prefix = path.replace(/\/+$/, '');
      return (one) => one !== null && (one === prefix || one.startsWith(`${prefix}/`));
    }
  }
}

function pathTests(match: Match): readonly Test[] {
  if (match.pathIs === 'prefix' && match.path === '/') return [];
  const test = pathTest(match);
  return [({ path }) => test(path)];
}

function hostTests(hosts: readonly string[]): readonly Test[] {
  if (hosts.length === 0) return [];
  const exact = new Set(hosts.filter((host) => !host.startsWith('*.')));
  const suffixes = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1));
  return [({ host }) => exact.has(host) || suffixes.some((suffix) => underSuffix(host, suffix))];
}

/** `*.shop.test` is every name below shop.test, not shop.test itself. */
export function underSuffix(host: string, suffix: string): boolean {
  return host.length > suffix.length && host.endsWith(suffix);
}

function valueTest(wanted: ValueMatch): (value: string | null) => boolean {
  if (typeof wanted === 'string') return (value) => value === wanted;
  const { is, value: text } = wanted;
  switch (is) {
    case 'exact':
      return (value) => value === text;
    case 'prefix':
      return (value) => value?.startsWith(text) === true;
    case 'regex': {
      const pattern = new RegExp(text);
      return (value) => value !== null && pattern.test(value);
    }
    case 'present':
      return (value) => value !== null;
    case 'absent':
      return (value) => value === null;
  }
}

function sourceTest(sources: readonly string[]): Test {
  const list = new BlockList();
  for (const source of sources) {
    const [address = '', bits] = source.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return ({ address }) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
