/**
 * One read fills at most this much. Written out it is one packet of the kernel's, which takes 64 KB with its headers
 * (GSO; 65,160 bytes of 1,448 each, 65,483 on loopback). A whole 64 KB would leave a few bytes for a second one each time.
 */
const bytes = 63 * 1024;

/** Below this a read is small talk; copying it out of the shared buffer costs less than a buffer of its own. */
const bulk = 16 * 1024;

/** So many are kept for the next that moves bulk: answers end in a few bytes, and would give theirs to the collector. */
const mostSpare = 64;

const shared = Buffer.allocUnsafeSlow(bytes);
const spare: Buffer[] = [];

/**
 * Where a target's bytes land (`onread`). Idle and chatty connections all read into one shared buffer and are
 * copied out of it, because a write that the kernel did not take at once goes on pointing at the bytes it was given,
 * while the next socket's read would overwrite them. A connection that moves bulk gets a buffer of its own, which is
 * written out without a copy and replaced only when a write is still pending.
 */
export interface ReadBuffer {
  /** The buffer for the next read. */
  next(): Buffer;
  /** So many bytes have just been read into it: these, safe to write now. */
  take(length: number): Buffer;
  /** After the write: may the same memory be read into again? */
  written(pending: boolean): void;
}

export function createReadBuffer(): ReadBuffer {
  let own: Buffer | null = null;
  let small = true;
  return {
    next: () => own ?? shared,
    take(length) {
      small = length < bulk;
      if (own === null) {
        const copy = small ? Buffer.allocUnsafe(length) : (spare.pop() ?? Buffer.allocUnsafeSlow(bytes));
        shared.copy(copy, 0, 0, length);
        if (small) return copy;
        own = copy;
      }
      return own.subarray(0, length);
    },
    written(pending) {
      if (own === null || !(pending || small)) return;
      // Whoever still writes from it keeps it; else it is anybody's.
      if (!pending && spare.length < mostSpare) spare.push(own);
      own = small ? null : (spare.pop() ?? Buffer.allocUnsafeSlow(bytes));
    },
  };
}
