//  answer --chunks--> [zlib stream] --smaller chunks--> client      each side waits for the other
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import type { CompressionSettings, Encoding } from '../../../protocol/l7/compression.ts';
import type { Field } from '../../message.ts';
import type { Sink } from '../../sink.ts';

type Effort = CompressionSettings['effort'];

const levels: Readonly<Record<Encoding, Readonly<Record<Effort, number>>>> = {
  gzip: { fast: 1, balanced: 6, best: 9 },
  br: { fast: 1, balanced: 5, best: 11 },
  zstd: { fast: 1, balanced: 6, best: 15 },
};

export interface Encoder extends Sink {
  /** Nobody will read it: its memory goes now. */
  dispose(): void;
}

export function createEncoder(
  next: Sink,
  encoding: Encoding,
  effort: Effort,
  count: (inBytes: number, outBytes: number) => void,
): Encoder {
  const stream = streamOf(encoding, levels[encoding][effort]);
  let trailers: readonly Field[] = [];
  let drained: () => void = () => undefined;
  let over = false;

  stream.on('data', (chunk: Buffer) => {
    count(0, chunk.length);
    if (!next.write(chunk)) stream.pause();
  });
  stream.on('end', () => {
    over = true;
    next.end(trailers);
  });
  stream.on('drain', () => drained());
  stream.on('error', () => {
    if (!over) next.abort();
  });
  next.onDrain(() => stream.resume());

  const dispose = () => {
    over = true;
    stream.destroy();
  };
  return {
    write(chunk) {
      if (over) return true;
      count(chunk.length, 0);
      return stream.write(chunk);
    },
    end(last) {
      trailers = last;
      if (!over) stream.end();
    },
    abort() {
      dispose();
      next.abort();
    },
    onDrain: (listener) => void (drained = listener),
    dispose,
  };
}

function streamOf(encoding: Encoding, level: number): Transform {
  switch (encoding) {
    case 'gzip':
      return createGzip({ level });
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: level } });
    case 'zstd':
      return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } });
  }
}
