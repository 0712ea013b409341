import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Who may talk to a server that controls Docker: only a browser that was given a link, and only through our own page.
 * A link's token is good once; the first visit swaps it for a cookie.
 */
export interface Gate {
  /** A fresh token for a link that works once. */
  readonly token: () => string;
  readonly admit: (request: IncomingMessage) => Admission;
  /** The same for a WebSocket: the cookie, and an Origin that is ours, which a browser always sends. */
  readonly admitSocket: (request: IncomingMessage) => boolean;
}

export type Admission =
  | { readonly kind: 'in' }
  /** The token was good and is spent now; the cookie goes into the answer. */
  | { readonly kind: 'welcome'; readonly cookie: string }
  | { readonly kind: 'refused'; readonly why: Refusal };

export type Refusal = 'host' | 'origin' | 'spent' | 'stranger';

/** Links that were printed and never opened are forgotten beyond this many. */
const maxTokens = 16;

export function createGate(port: number): Gate {
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  // Cookies do not know ports: two servers on one machine must not overwrite each other's.
  const cookieName = `blindspot-${port}`;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);

  // Another site can point its own name at 127.0.0.1 (DNS rebinding): its name would stand in Host.
  const ourHost = (request: IncomingMessage): boolean => hosts.includes(request.headers.host ?? '');
  const known = (request: IncomingMessage): boolean =>
    sessions.has(readCookie(request.headers.cookie ?? '', cookieName));

  return {
    token: () => {
      const token = randomBytes(32).toString('base64url');
      tokens.add(token);
      const [oldest] = tokens;
      if (tokens.size > maxTokens && oldest !== undefined) tokens.delete(oldest);
      return token;
    },

    admit: (request) => {
      if (!ourHost(request)) return { kind: 'refused', why: 'host' };
      const { origin } = request.headers;
      if (origin !== undefined && !origins.includes(origin)) return { kind: 'refused', why: 'origin' };
      if (known(request)) return { kind: 'in' };
      const token = new URL(request.url ?? '/', origins[0]).searchParams.get('token');
      if (token === null) return { kind: 'refused', why: 'stranger' };
      // A look ahead (HEAD) must not spend the person's link.
      if (request.method !== 'GET' || !tokens.delete(token)) return { kind: 'refused', why: 'spent' };
      const session = randomBytes(32).toString('base64url');
      sessions.add(session);
      return { kind: 'welcome', cookie: `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict` };
    },

    admitSocket: (request) =>
      ourHost(request) && origins.includes(request.headers.origin ?? '') && known(request),
  };
}

function readCookie(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return '';
}
