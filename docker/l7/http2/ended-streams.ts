/** How a stream ended decides what a frame that still comes on it means (RFC 9113 section 5.1). */
export type Ending = 'whole' | 'reset' | 'cut';

const endings: readonly Ending[] = ['whole', 'reset', 'cut'];
/** More than can be on their way at once. */
const most = 512;

/** The latest streams that are no more: ended by both sides, reset by the peer, or cut by us. */
export interface EndedStreams {
  note(stream: number, ending: Ending): void;
  /** Null: it never was, or so long ago that nobody can tell. */
  of(stream: number): Ending | null;
}

export function createEndedStreams(): EndedStreams {
  const ring: number[] = [];
  let next = 0;
  return {
    note(stream, ending) {
      // A stream is 31 bits, and this is exact in a double.
      ring[next] = stream * endings.length + endings.indexOf(ending);
      next = (next + 1) % most;
    },
    of(stream) {
      const found = ring.find((one) => Math.floor(one / endings.length) === stream);
      return found === undefined ? null : (endings[found % endings.length] ?? null);
    },
  };
}
