/** `*.shop.test` covers every name below it, `*.eu.shop.test` among them; a name covers itself. */
export function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (!pattern.startsWith('*.')) return false;
  const suffix = pattern.slice(1);
  return host.endsWith(suffix) && host.length > suffix.length;
}

/**
 * The names that a route serves on a listener, as Gateway API cuts them; an empty list is any name, and null is none:
 * they have nothing in common.
 */
export function commonHosts(
  listener: string | undefined,
  route: readonly string[],
): readonly string[] | null {
  if (listener === undefined) return route;
  if (route.length === 0) return [listener];
  const common = route.flatMap((host) => {
    if (covers(listener, host)) return [host];
    return covers(host, listener) ? [listener] : [];
  });
  return common.length === 0 ? null : [...new Set(common)];
}

/** Several such lists together: any name, where one of them is any. */
export function allHosts(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.some((list) => list.length === 0) ? [] : [...new Set(lists.flat())];
}
