/**
 * What each user was given to send back (RFC 6265, for one site): by name, until it expires. Path and domain are not
 * looked at, since a load client asks at one door.
 */
export interface CookieJar {
  /** As a Cookie field has them; empty where there are none. */
  of(user: number): string;
  keep(user: number, setCookies: readonly string[]): void;
  clear(): void;
}

interface Kept {
  readonly value: string;
  readonly until: number;
}

/** A server that makes up names must not grow our memory. */
const mostPerUser = 50;

export function createCookieJar(now: () => number): CookieJar {
  const users = new Map<number, Map<string, Kept>>();
  return {
    of(user) {
      const cookies = users.get(user);
      if (cookies === undefined) return '';
      const at = now();
      return [...cookies]
        .filter(([, { until }]) => until > at)
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
    },
    keep(user, setCookies) {
      if (setCookies.length === 0) return;
      const cookies = users.get(user) ?? new Map<string, Kept>();
      users.set(user, cookies);
      for (const line of setCookies) {
        const { name, value, until } = readSetCookie(line, now());
        if (name === '') continue;
        if (until <= now()) cookies.delete(name);
        else if (cookies.has(name) || cookies.size < mostPerUser) cookies.set(name, { value, until });
      }
    },
    clear: () => users.clear(),
  };
}

function readSetCookie(line: string, now: number): { readonly name: string } & Kept {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const stated = new Map(
    attributes.map((one) => {
      const [name = '', ...value] = one.split('=');
      return [name.toLowerCase(), value.join('=')];
    }),
  );
  // RFC 6265 5.3: Max-Age wins over Expires.
  const maxAge = Number(stated.get('max-age') ?? NaN);
  const expires = Date.parse(stated.get('expires') ?? '');
  const until = Number.isFinite(maxAge) ? now + maxAge * 1000 : Number.isFinite(expires) ? expires : Infinity;
  return { name: pair.slice(0, Math.max(0, at)), value: pair.slice(at + 1), until };
}
