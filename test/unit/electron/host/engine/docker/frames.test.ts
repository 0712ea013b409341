import { describe, expect, it } from 'vitest';
import { frameReader } from '../../../../../../electron/host/engine/docker/frames.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function read(chunks: readonly Buffer[]): { stdout: string; stderr: string } {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const take = frameReader((stream, chunk) => parts[stream].push(Buffer.from(chunk)));
  chunks.forEach(take);
  return { stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() };
}

describe('frameReader', () => {
  const wire = Buffer.concat([frame(1, 'one '), frame(2, 'ärger'), frame(1, ''), frame(1, 'two €')]);
  const expected = { stdout: 'one two €', stderr: 'ärger' };

  it('tells the two streams apart', () => {
    expect(read([wire])).toEqual(expected);
  });

  it('reads the same wherever the bytes are cut', () => {
    for (let cut = 1; cut < wire.length; cut++) {
      expect(read([wire.subarray(0, cut), wire.subarray(cut)])).toEqual(expected);
    }
    expect(read([...wire].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('hands a frame on as it comes, before it is whole', () => {
    const seen: string[] = [];
    const take = frameReader((_, chunk) => seen.push(chunk.toString()));
    take(wire.subarray(0, 10));
    expect(seen).toEqual(['on']);
  });
});
