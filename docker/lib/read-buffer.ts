/** One read fills at most this much: the kernel's own copy, a socket write and a cache level agree on 64 KB. */
const bytes = 64 * 1024;

/** Below this a read is small talk; copying it out of the shared buffer costs less than a buffer of its own. */
const bulk = 16 * 1024;

const shared = Buffer.allocUnsafeSlow(bytes);

/**
 * Where a target's bytes land (`onread`). Idle and chatty connections all read into one shared buffer and are
 * copied out of it, because a write that the kernel did not take at once goes on pointing at the bytes it was given,
 * while the next socket's read would overwrite them. A connection that moves bulk gets a buffer of its own, which is
 * written out without a copy and replaced only when a write is still pending.
 */
export interface ReadBuffer {
  /** The buffer for the next read. */
  next(): Buffer;
  /** The bytes just read, safe to write now. */
  take(buffer: Uint8Array, length: number): Buffer;
  /** After the write: may the same memory be read into again? */
  written(pending: boolean): void;
}

export function createReadBuffer(): ReadBuffer {
  let own: Buffer | null = null;
  return {
    next: () => own ?? shared,
    take(buffer, length) {
      const mine = buffer === own ? own : null;
      if (length < bulk) own = null;
      else own ??= Buffer.allocUnsafeSlow(bytes);
      return mine === null ? Buffer.from(buffer.subarray(0, length)) : mine.subarray(0, length);
    },
    written(pending) {
      if (pending && own !== null) own = Buffer.allocUnsafeSlow(bytes);
    },
  };
}
