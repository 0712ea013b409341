import { describe, expect, it } from 'vitest';
import { createReadBuffer } from '../../../../docker/lib/read-buffer.ts';

const bulk = 32 * 1024;

/** A read of so many bytes of this value, as the socket makes it. */
function read(buffer: ReturnType<typeof createReadBuffer>, value: number, length: number): Buffer {
  const into = buffer.next();
  into.fill(value, 0, length);
  return buffer.take(length);
}

describe('the memory that answers are read into', () => {
  it('is shared by small reads, which are copied out', () => {
    const [one, other] = [createReadBuffer(), createReadBuffer()];
    const first = read(one, 1, 100);
    one.written(true);
    read(other, 2, 100);
    expect(one.next()).toBe(other.next());
    expect(first.every((byte) => byte === 1)).toBe(true);
  });

  it('is a connection’s own once it moves bulk, and is used again when it was flushed', () => {
    const buffer = createReadBuffer();
    read(buffer, 1, bulk);
    buffer.written(false);
    const own = buffer.next();
    const second = read(buffer, 2, bulk);
    expect(second.buffer).toBe(own.buffer);
    buffer.written(false);
    expect(buffer.next()).toBe(own);
  });

  it('is not read into again while somebody still needs what is in it', () => {
    const buffer = createReadBuffer();
    read(buffer, 1, bulk);
    buffer.written(false);
    const kept = read(buffer, 2, bulk);
    buffer.written(true);
    read(buffer, 3, bulk);
    expect(kept.every((byte) => byte === 2)).toBe(true);
  });

  it('goes from one that moved bulk to the next, with nothing of it still needed', () => {
    const [one, other] = [createReadBuffer(), createReadBuffer()];
    read(one, 1, bulk);
    one.written(false);
    const own = one.next();
    read(one, 2, 100);
    one.written(false);
    expect(one.next()).not.toBe(own);
    read(other, 3, bulk);
    other.written(false);
    expect(other.next()).toBe(own);
  });

  it('goes to nobody while the end of an answer is still to be written', () => {
    const [one, other] = [createReadBuffer(), createReadBuffer()];
    read(one, 1, bulk);
    one.written(false);
    const end = read(one, 2, 100);
    one.written(true);
    read(other, 3, bulk);
    other.written(false);
    read(other, 4, bulk);
    expect(end.every((byte) => byte === 2)).toBe(true);
  });

  it('fits with its headers into one packet of 64 KB, the most that the kernel sends at a time', () => {
    const headers = 40 + 12;
    expect(createReadBuffer().next().length).toBeLessThanOrEqual(65_535 - headers);
    expect(createReadBuffer().next().length).toBeLessThanOrEqual(Math.floor(65_535 / 1448) * 1448);
  });
});
