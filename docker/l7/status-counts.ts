/** Answers by status. A map: numbers as the names of an object's properties are slow to count by. */
export interface StatusCounts {
  /** Null: the answer was cut. */
  add(status: number | null): void;
  view(): Readonly<Record<string, number>>;
}

export function createStatusCounts(before: Readonly<Record<string, number>> = {}): StatusCounts {
  const counts = new Map(Object.entries(before).map(([name, count]) => [statusOf(name), count]));
  return {
    add(status) {
      counts.set(status, (counts.get(status) ?? 0) + 1);
    },
    view: () => Object.fromEntries([...counts].map(([status, count]) => [status ?? cut, count])),
  };
}

const cut = 'cut';

function statusOf(name: string): number | null {
  return name === cut ? null : Number(name);
}
