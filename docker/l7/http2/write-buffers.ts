/** For a turn of small frames; most never need more. */
const smallBytes = 4096;
/** Four DATA frames with their headers: what one read of a target brings. */
const largeBytes = 66_048;
/** At rest: a megabyte, and four. */
const mostSmall = 256;
const mostLarge = 64;

const small: Buffer[] = [];
const large: Buffer[] = [];

/** Room for at least so many bytes; `more`: one was filled already, so that bulk is on its way. */
export function takeBuffer(bytes: number, more: boolean): Buffer {
  if (bytes > largeBytes) return Buffer.allocUnsafe(bytes);
  if (more || bytes > smallBytes / 2) return large.pop() ?? Buffer.allocUnsafeSlow(largeBytes);
  return small.pop() ?? Buffer.allocUnsafeSlow(smallBytes);
}

/** A small one's content in a large one, so that all goes out in one write; null where that has no room for more either. */
export function growBuffer(one: Buffer, used: number, bytes: number): Buffer | null {
  if (one.length >= largeBytes || used + bytes > largeBytes) return null;
  const grown = large.pop() ?? Buffer.allocUnsafeSlow(largeBytes);
  one.copy(grown, 0, 0, used);
  giveBuffer(one);
  return grown;
}

/** The kernel has what was in it; any part of a buffer stands for the whole. */
export function giveBuffer(part: Buffer): void {
  const { byteLength } = part.buffer;
  if (byteLength === smallBytes && small.length < mostSmall) small.push(Buffer.from(part.buffer));
  else if (byteLength === largeBytes && large.length < mostLarge) large.push(Buffer.from(part.buffer));
}
