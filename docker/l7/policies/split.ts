/** One of several by weight. `share` is in [0, 1). Null where nothing has any weight. */
export type Split = (share: number) => string | null;

export function createSplit(weights: Readonly<Record<string, number>>): Split {
  const parts = Object.entries(weights).filter(([, weight]) => weight > 0);
  const [only] = parts;
  if (only === undefined) return () => null;
  if (parts.length === 1) return () => only[0];
  const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
  return (share) => {
    let left = share * total;
    return (parts.find(([, weight]) => (left -= weight) < 0) ?? only)[0];
  };
}
