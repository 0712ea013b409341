export const scheme = 'app';
export const windowUrl = `${scheme}://blindspot/`;

/** Our own page and nothing that looks like it. Parsed, not compared by prefix alone: `app://blindspot@evil/` is evil's. */
export function isOurs(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    parsed.protocol === `${scheme}:` &&
    parsed.host === 'blindspot' &&
    parsed.username === ''
  );
}
