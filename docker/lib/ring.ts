/** The last `capacity` items, each with a sequence number that never repeats: a reader remembers where it was. */
export interface Ring<T> {
  push(item: T): void;
  /** Items after a sequence number, oldest first; what has been overwritten is gone, and its numbers show the gap. */
  after(seq: number): T[];
  /** Sequence number of the newest item, 0 while empty. */
  readonly last: number;
}

export function createRing<T>(capacity: number): Ring<T> {
  const items: T[] = [];
  let last = 0;
  return {
    push(item) {
      items[last % capacity] = item;
      last += 1;
    },
    after(seq) {
      const first = Math.max(seq, last - capacity, 0);
      if (first >= last) return [];
      const from = first % capacity;
      const to = last % capacity;
      return from < to ? items.slice(from, to) : [...items.slice(from), ...items.slice(0, to)];
    },
    get last() {
      return last;
    },
  };
}
