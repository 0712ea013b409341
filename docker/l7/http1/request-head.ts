import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Field, RequestHead } from '../message.ts';
import { fieldValue, fieldValues } from '../message.ts';
import type { Desync, Doubt } from './desync.ts';
import { classify } from './desync.ts';
import { bad, parseFields, token } from './fields.ts';
import { requestFraming } from './framing.ts';
import type { Framing } from './framing.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';

/** A request head as received: `fields` still hold what is for this hop only. */
export interface ParsedRequest {
  readonly head: RequestHead;
  readonly framing: Framing;
  readonly desync: Desync;
  /** The client will read another answer on this connection. */
  readonly keepAlive: boolean;
}

type Limits = Pick<HttpSettings, 'requestLineBytes' | 'fieldBytes' | 'fields'>;

/** `text` is the head in Latin-1, up to and with its last line end, without the empty line. */
export function parseRequestHead(text: string, limits: Limits): ParsedRequest | Problem {
  const feed = text.indexOf('\n');
  const bare = text.charCodeAt(feed - 1) !== 13;
  const line = parseRequestLine(text.slice(0, bare ? feed : feed - 1), limits);
  if (isProblem(line)) return line;
  const parsed = parseFields(text, limits, false, feed + 1);
  if (isProblem(parsed)) return parsed;
  const { fields } = parsed;
  const doubts = line.doubts.length === 0 ? parsed.doubts : [...line.doubts, ...parsed.doubts];
  if (bare && !doubts.includes('BareLineFeed')) doubts.push('BareLineFeed');
  const authority = authorityOf(line, fields);
  if (typeof authority !== 'string') return authority;
  const framing = requestFraming(line.method, line.version, fields, doubts);
  if (isProblem(framing)) return framing;
  const { method, target, version, scheme } = line;
  return {
    head: { method, scheme, authority, target, version, fields },
    framing,
    desync: classify(doubts),
    keepAlive: keepsAlive(version, fields),
  };
}

interface RequestLine {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** Of an absolute-form target: it counts, whatever Host says (RFC 9112 section 3.2.2). */
  readonly authority: string | null;
  readonly doubts: readonly Doubt[];
}

/**
 * Another protocol knocks: a client that speaks first and then waits would wait for ever for the end of a head that it does
 * not know it has begun. Judged by the first byte, or by the whole first line once it is there.
 */
export function hopelessStart(start: Buffer, limits: Limits): Problem | null {
  const end = start.indexOf(10);
  if (end === -1)
    return /^[\x21-\x7e]/.test(start.toString('latin1', 0, 1)) ? null : bad('BadMethod: not a token');
  const line = parseRequestLine(start.toString('latin1', 0, end).replace(/\r$/, ''), limits);
  return isProblem(line) ? line : null;
}

const visible = /^[\x21-\x7e]+$/;
const visibleOrBeyond = /^[\x21-\x7e\x80-\xff]+$/;
const absolute = /^(https?):\/\/([^/?#]*)([^#]*)$/i;
/** An authority: a name or an address, with a port or without, and nobody's name before it. */
export const host = /^(\[[0-9a-f:.]+\]|[a-z0-9._~!$&'()*+,;=%-]*)(:\d{0,5})?$/i;

function parseRequestLine(line: string, limits: Limits): RequestLine | Problem {
  if (line.length > limits.requestLineBytes) return { status: 414, reason: 'the request line is too long' };
  const first = line.indexOf(' ');
  // Nearly always there; looking for it from the end costs several times as much as from the start.
  const usual = line.length - usualVersion.length;
  const last = line.endsWith(usualVersion) ? usual : line.lastIndexOf(' ');
  if (first <= 0 || last === first) return bad('BadVersion: a request line has three parts');
  const method = line.slice(0, first);
  const target = line.slice(first + 1, last);
  if (method.length > 64 || !token.test(method)) return bad('BadMethod: not a token');
  const minor = minorVersion(line.slice(last + 1));
  if (typeof minor !== 'number') return minor;
  if (method === 'CONNECT') return { status: 405, reason: 'CONNECT: no tunnels to elsewhere' };
  const doubts: Doubt[] = [];
  if (!visible.test(target)) {
    if (!visibleOrBeyond.test(target)) return bad('BadUri: a space or a control character');
    doubts.push('AmbiguousUri');
  }
  if (minor > 1) doubts.push('NonCompliantVersion');
  const common = { method, version: minor === 0 ? '1.0' : '1.1', doubts } as const;
  if (target.startsWith('/') && !target.includes('#')) {
    return { method, scheme: 'http', target, version: common.version, authority: null, doubts };
  }
  if (target === '*') {
    return method === 'OPTIONS'
      ? { ...common, scheme: 'http', target, authority: null }
      : bad('BadUri: * is for OPTIONS');
  }
  return absoluteForm(common, target);
}

const usualVersion = ' HTTP/1.1';

/** The y of HTTP/1.y. */
function minorVersion(text: string): number | Problem {
  if (text === 'HTTP/1.1') return 1;
  const [, major, minor] = /^HTTP\/(\d)\.(\d)$/.exec(text) ?? [];
  if (major === undefined) return bad('BadVersion: not HTTP');
  return major === '1' ? Number(minor) : { status: 505, reason: `HTTP/${major}` };
}

function absoluteForm(
  common: Pick<RequestLine, 'method' | 'version' | 'doubts'>,
  target: string,
): RequestLine | Problem {
  const [, scheme, authority = '', rest = ''] = absolute.exec(target) ?? [];
  if (scheme === undefined || authority === '' || authority.includes('@') || !host.test(authority)) {
    return bad('BadUri: neither a path nor an http URI');
  }
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return {
    ...common,
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    target: rest === '' && common.method === 'OPTIONS' ? '*' : path,
    authority,
  };
}

/** RFC 9112 section 3.2: one Host in HTTP/1.1, neither none nor two. */
function authorityOf(line: RequestLine, fields: readonly Field[]): string | Problem {
  const hosts = fieldValues(fields, 'host');
  const [first] = hosts;
  if (hosts.length > 1) return bad('BadHeader: more than one Host');
  if (first === undefined) return line.version === '1.0' ? (line.authority ?? '') : bad('BadHeader: no Host');
  if (!host.test(first)) return bad('BadHeader: Host is not a host');
  return line.authority ?? first;
}

/** RFC 9112 section 9.3. */
export function keepsAlive(version: '1.0' | '1.1', fields: readonly Field[]): boolean {
  const said = fieldValue(fields, 'connection');
  if (said === null) return version === '1.1';
  const options = said.toLowerCase().split(',');
  const says = (word: string) => options.some((option) => option.trim() === word);
  if (says('close')) return false;
  return version === '1.1' || says('keep-alive');
}
