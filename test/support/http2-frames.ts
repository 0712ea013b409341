import { decoders } from '../../docker/l7/http2/hpack/decoder.ts';
import { types } from './http2-wire.ts';
import type { Frame } from './http2-wire.ts';

const readFields = decoders((name, value) => `${name}=${value}`);

/** All whole frames of what one side has said. */
export function* framesOf(said: Buffer): Generator<Frame> {
  for (let at = 0; at + 9 <= said.length;) {
    const end = at + 9 + said.readUIntBE(at, 3);
    if (end > said.length) return;
    const [type = 0, flags = 0] = said.subarray(at + 3, at + 5);
    yield { type, flags, stream: said.readUInt32BE(at + 5), payload: said.subarray(at + 9, end) };
    at = end;
  }
}

export function endsByError(said: Buffer): boolean {
  for (const { type, payload } of framesOf(said))
    if (type === types.goaway && payload.readUInt32BE(4) !== 0) return true;
  return false;
}

/** What no peer could read: a frame too long or cut, a block that is none, more on a stream that is over. */
export function unreadable(said: Buffer): string | null {
  const decoder = readFields(4096);
  const over = new Set<number>();
  let bytes = 0;
  for (const { type, flags, stream, payload } of framesOf(said)) {
    bytes += 9 + payload.length;
    if (payload.length > 16_384) return 'a frame too long';
    if (type === types.headers) decoder.decode(payload, 0, payload.length, () => undefined);
    if (type <= types.headers) {
      if (over.has(stream)) return `more on stream ${stream}, which is over`;
      if ((flags & 1) !== 0) over.add(stream);
    }
    if (type === types.rstStream) over.add(stream);
  }
  return bytes === said.length ? null : 'a frame that is cut';
}
