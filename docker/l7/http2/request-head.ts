import { randomBytes } from 'node:crypto';
import type { HttpSettings } from '../../protocol/l7/http.ts';
import { token } from '../http1/fields.ts';
import type { Problem } from '../http1/problem.ts';
import { host as hostSyntax } from '../http1/request-head.ts';
import type { Field, RequestHead } from '../message.ts';
import type { SectionField } from './header-blocks.ts';
import type { FieldKind, RequestField } from './request-field.ts';

export interface ParsedRequest {
  readonly head: RequestHead;
  /** Its Content-Length, which its DATA must come to; null where it does not say. */
  readonly length: number | null;
  readonly upgrade: 'websocket' | null;
  readonly expectsContinue: boolean;
  readonly trailers: boolean;
}

/** Why a stream is no request that may be passed on. `malformed`: it is none at all (RFC 9113 section 8.1.1). */
export interface Refused extends Problem {
  readonly malformed: boolean;
}

const scheme = /^[a-z][a-z0-9+.-]*$/i;
const path = /^[\x21-\x7e\x80-\xff]+$/;
const digits = /^\d{1,15}$/;

type Pseudo = Extract<FieldKind, `:${string}`>;
type Said = Partial<Record<Pseudo, string>>;

/** A header section, in order (RFC 9113 section 8.3.1). `tls`: the client came over it. */
export function parseRequest(
  all: readonly RequestField[],
  tls: boolean,
  limits: HttpSettings,
): ParsedRequest | Refused {
  const said: Said = {};
  const fields: Field[] = [];
  let cookie: string | null = null;
  let host: string | null = null;
  let hostsDiffer = false;
  let length: string | null = null;
  let expectation: string | null = null;
  let trailers = false;
  let past = false;
  for (const { kind, field } of all) {
    const [name, value] = field;
    switch (kind) {
      case 'plain':
        fields.push(field);
        break;
      case 'malformed':
        return malformed(`BadHeader: ${JSON.stringify(name.slice(0, 40))} is no field of a request`);
      case 'cookie':
        // In pieces so that each may be an entry; towards a target one again (section 8.2.3).
        cookie = cookie === null ? value : `${cookie}; ${value}`;
        break;
      case 'host':
        hostsDiffer ||= host !== null && host.toLowerCase() !== value.toLowerCase();
        host = value;
        break;
      case 'content-length':
        if (length !== null || !digits.test(value)) return malformed('BadContentLength: not one length');
        length = value;
        fields.push(field);
        break;
      case 'expect':
        expectation = value;
        fields.push(field);
        break;
      case 'te':
        trailers = true;
        break;
      case 'hop':
        break;
      default:
        if (past) return malformed(`BadHeader: ${kind} after other fields`);
        if (said[kind] !== undefined) return malformed(`BadHeader: ${kind} twice`);
        said[kind] = value;
        continue;
    }
    past = true;
  }
  const problem = judge(said, host, limits);
  if (problem !== null) return problem;
  const authority = said[':authority'] ?? host ?? '';
  if (hostsDiffer || (host !== null && host.toLowerCase() !== authority.toLowerCase()))
    return { status: 400, reason: 'Host and :authority differ', malformed: false };
  const expectsContinue = expectation?.toLowerCase() === '100-continue';
  if (expectation !== null && !expectsContinue)
    return { status: 417, reason: 'an unknown expectation', malformed: false };
  const tunnel = said[':method'] === 'CONNECT';
  if (cookie !== null) fields.push(['cookie', cookie]);
  // Over HTTP/1 the handshake has a key, and the answer to it is the target's (RFC 8441 section 5, RFC 6455 section 4.1).
  if (tunnel) fields.push(['Sec-WebSocket-Key', randomBytes(16).toString('base64')]);
  return {
    head: {
      method: tunnel ? 'GET' : (said[':method'] ?? ''),
      // The connection decides, not what a client says of it.
      scheme: tls ? 'https' : 'http',
      authority,
      target: said[':path'] ?? '',
      version: '2',
      fields,
    },
    length: length === null || tunnel ? null : Number(length),
    upgrade: tunnel ? 'websocket' : null,
    expectsContinue,
    trailers,
  };
}

function judge(said: Said, host: string | null, limits: HttpSettings): Refused | null {
  const method = said[':method'];
  const target = said[':path'];
  const authority = said[':authority'] ?? host;
  if (method === undefined || method.length > 64 || !token.test(method))
    return malformed('BadMethod: not a token');
  if (method === 'CONNECT') {
    // A tunnel by its authority alone (section 8.5), or by a protocol that is not ours to speak (RFC 8441).
    if (said[':protocol'] !== 'websocket')
      return { status: 405, reason: 'CONNECT: no tunnels to elsewhere', malformed: false };
  } else if (said[':protocol'] !== undefined) return malformed('BadMethod: a protocol without CONNECT');
  if (!scheme.test(said[':scheme'] ?? '')) return malformed('BadUri: no scheme');
  if (authority === null || authority === '' || !hostSyntax.test(authority))
    return malformed('BadHeader: no authority that is a host');
  if (target === undefined || target === '') return malformed('BadUri: no path');
  if (target.length > limits.requestLineBytes)
    return { status: 414, reason: 'the path is too long', malformed: false };
  const origin = target.startsWith('/') || (target === '*' && method === 'OPTIONS');
  if (!origin || !path.test(target) || target.includes('#')) return malformed('BadUri: not a path');
  return null;
}

/** Trailers have no pseudo fields (section 8.1); null: they are malformed. */
export function parseTrailers(all: readonly SectionField[]): readonly Field[] | null {
  const fields: Field[] = [];
  for (const { kind, field } of all) {
    if (kind === 'malformed' || kind.startsWith(':')) return null;
    if (kind === 'plain') fields.push(field);
  }
  return fields;
}

function malformed(reason: string): Refused {
  return { status: 400, reason, malformed: true };
}
