/** What a parser says of the bytes so far: how many it needs before it can say more, what it read, or why it cannot. */
export type Head<T> =
  | { readonly kind: 'more'; readonly need: number }
  | { readonly kind: 'read'; readonly value: T; readonly length: number }
  | { readonly kind: 'bad'; readonly why: string };

/** Pure; called again with all bytes from the first on. */
export type HeadParser<T> = (bytes: Buffer) => Head<T>;

export function more(need: number): { readonly kind: 'more'; readonly need: number } {
  return { kind: 'more', need };
}

export function bad(why: string): { readonly kind: 'bad'; readonly why: string } {
  return { kind: 'bad', why };
}

/**
 * Feeds a parser that works on all bytes so far. It is called only once there are as many as it asked for, so that a
 * sender of single bytes costs one comparison a byte and not one pass over everything before it.
 */
export interface HeadReader<T> {
  /** Every byte fed so far, in the order it came. */
  taken(): Buffer;
  feed(chunk: Buffer): Head<T>;
}

export function createHeadReader<T>(parse: HeadParser<T>): HeadReader<T> {
  let chunks: Buffer[] = [];
  let length = 0;
  let need = 1;
  const taken = () => {
    const [only, ...rest] = chunks;
    if (only === undefined) return Buffer.alloc(0);
    if (rest.length === 0) return only;
    const all = Buffer.concat(chunks, length);
    chunks = [all];
    return all;
  };
  return {
    taken,
    feed(chunk) {
      chunks.push(chunk);
      length += chunk.length;
      if (length < need) return more(need);
      const head = parse(taken());
      if (head.kind === 'more') need = head.need;
      return head;
    },
  };
}
