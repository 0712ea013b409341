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
  /** Of the proxy, where the connection came to. */
  readonly port: number;
  header(name: string): string | null;
  query(name: string): string | null;
  cookie(name: string): string | null;
}

export function viewOf(head: RequestHead, address: string, port: number): RequestView {
  return new HeadView(head, address, port);
}

class HeadView implements RequestView {
  readonly method: string;
  readonly host: string;
  readonly path: string | null;
  readonly search: string;
  readonly address: string;
  readonly port: number;
  private readonly head: RequestHead;
  private parameters: URLSearchParams | null = null;
  private cookies: readonly CookiePair[] | null = null;

  constructor(head: RequestHead, address: string, port: number) {
    const { target } = head;
    const at = target.indexOf('?');
    const path = at === -1 ? target : target.slice(0, at);
    this.method = head.method;
    this.host = hostOf(head.authority);
    // `*` is OPTIONS' own (RFC 9112 3.2.4), and no path.
    this.path = path.startsWith('/') ? normalPath(path) : path;
    this.search = at === -1 ? '' : target.slice(at);
    this.address = address;
    this.port = port;
    this.head = head;
  }

  header(name: string): string | null {
    return fieldValue(this.head.fields, name.toLowerCase());
  }

  query(name: string): string | null {
    return (this.parameters ??= new URLSearchParams(this.search)).get(name);
  }

  cookie(name: string): string | null {
    return cookieValue((this.cookies ??= readCookies(this.head.fields)), name);
  }
}

export function hostOf(authority: string): string {
  // An address in brackets has colons of its own.
  const colon = authority.indexOf(':', authority.indexOf(']') + 1);
  const host = colon === -1 ? authority : authority.slice(0, colon);
  // A name may end in a dot and mean the same (RFC 1034 3.1).
  const name = host.toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
