/** Resolves with the first truthy value of `predicate`; fails with its name once the deadline has passed. */
export async function waitUntil<T>(
  predicate: () => T | Promise<T>,
  deadlineMs = 10_000,
  what = 'the awaited state',
): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await predicate();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not come within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
