/** Names for routes that have none: the document's, and the rule's name or number; each only once. */
export function createRouteNames(): (...parts: readonly (string | number)[]) => string {
  const taken = new Set<string>();
  return (...parts) => {
    const whole = parts
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    for (let again = 1; ; again += 1) {
      const ending = again === 1 ? '' : `-${again}`;
      // The proxy's own names have 40 characters at most.
      const name = `${whole.slice(0, 40 - ending.length).replace(/-$/, '')}${ending}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
}
