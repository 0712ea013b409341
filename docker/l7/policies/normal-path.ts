/**
 * One spelling for paths that mean the same, so that no rule is walked around by `/%61dmin` or `/x/../admin`: escaped
 * unreserved characters are written out, hexadecimal digits are capital (RFC 3986 6.2.2), dot segments are removed
 * (5.2.4). Null for what climbs above the root or escapes wrongly: such a request is refused, not guessed at.
 */
export function normalPath(path: string): string | null {
  if (!needsWork.test(path)) return path;
  if (wrongEscape.test(path)) return null;
  return withoutDots(path.replace(/%([0-9a-fA-F]{2})/g, decodeUnreserved));
}

/** Anything escaped, or a segment that begins with a dot. */
const needsWork = /%|\/\./;
const wrongEscape = /%(?![0-9a-fA-F]{2})/;
const unreserved = /[A-Za-z0-9._~-]/;

function decodeUnreserved(escape: string, hex: string): string {
  const character = String.fromCharCode(parseInt(hex, 16));
  return unreserved.test(character) ? character : escape.toUpperCase();
}

function withoutDots(path: string): string | null {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') {
      if (kept.length === 0) return null;
      kept.pop();
    } else if (segment !== '.') kept.push(segment);
    // "/a/." and "/a/b/.." name a folder: the slash at the end stays.
    if (last && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}
