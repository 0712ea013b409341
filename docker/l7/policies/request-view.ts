import { fieldValue } from '../message.ts';
import type { RequestHead } from '../message.ts';
import { cookieValue, readCookies } from './cookies.ts';
import type { CookiePair } from './cookies.ts';
import { normalPath } from './normal-path.ts';

/** A request as rules look at it. Query and cookies are read when the first rule asks for them. */
export interface RequestView {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Normalised, without the query; null where it cannot be, and no rule may judge it. */
  readonly path: string | null;
  /** With its question mark, as sent; empty where there is none. */
  readonly search: string;
  /** Of the client: the connection's peer, or whom trusted hops name. */
  readonly address: string;
  header(name: string): string | null;
  query(name: string): string | null;
  cookie(name: string): string | null;
}

export function viewOf(head: RequestHead, address: string): RequestView {
  const at = head.target.indexOf('?');
  const path = at === -1 ? head.target : head.target.slice(0, at);
  const search = at === -1 ? '' : head.target.slice(at);
  let query: URLSearchParams | null = null;
  let cookies: readonly CookiePair[] | null = null;
  return {
    method: head.method,
    host: hostOf(head.authority),
    // `*` is OPTIONS' own (RFC 9112 3.2.4), and no path.
    path: path.startsWith('/') ? normalPath(path) : path,
    search,
    address,
    header: (name) => fieldValue(head.fields, name.toLowerCase()),
    query: (name) => (query ??= new URLSearchParams(search)).get(name),
    cookie: (name) => cookieValue((cookies ??= readCookies(head.fields)), name),
  };
}

export function hostOf(authority: string): string {
  const bracket = authority.lastIndexOf(']');
  const colon = authority.lastIndexOf(':');
  const host = colon > bracket ? authority.slice(0, colon) : authority;
  // A name may end in a dot and mean the same (RFC 1034 3.1).
  return host.toLowerCase().replace(/\.$/, '');
}
