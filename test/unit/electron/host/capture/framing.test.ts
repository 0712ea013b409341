import { describe, expect, it } from 'vitest';
import { readTlsRecord, tlsWords } from '../../../../../electron/host/capture/decode/tls.ts';
import { Framing } from '../../../../../electron/host/capture/framing.ts';
import type { Unit } from '../../../../../electron/host/capture/framing.ts';

/** A unit is a letter, a length digit, and so many bytes. */
interface Letter extends Unit {
  readonly letter: string;
}
const letters = (tellable: boolean) =>
  new Framing<Letter>({
    headerBytes: 2,
    tellable,
    read: (bytes, at) => {
      if (bytes.length < at + 2) return null;
      const letter = bytes.toString('latin1', at, at + 1);
      return /[a-z]/.test(letter)
        ? { letter, length: 2 + Number(bytes.toString('latin1', at + 1, at + 2)) }
        : null;
    },
  });
const stream = Buffer.from('a3...b0c5.....d1.');
const seen = (units: readonly Letter[] | null) => units?.map(({ letter }) => letter).join('') ?? 'lost';

describe('framing', () => {
  it('finds every beginning, wherever the stream is cut', () => {
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const framing = letters(false);
        const parts = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
        let seq = 4294967290;
        const found = parts.map((part) => {
          const units = seen(framing.feed(seq >>> 0, part, part.length));
          seq += part.length;
          return units;
        });
        expect(found.join('')).toBe('abcd');
      }
    }
  });

  it('finds nothing new in what is sent again', () => {
    const framing = letters(false);
    expect(seen(framing.feed(1, stream.subarray(0, 7), 7))).toBe('ab');
    expect(seen(framing.feed(1, stream.subarray(0, 7), 7))).toBe('');
    expect(seen(framing.feed(8, stream.subarray(7), 10))).toBe('cd');
  });

  it('does not guess after a gap where headers cannot be told', () => {
    const framing = letters(false);
    framing.feed(1, stream.subarray(0, 5), 5);
    expect(seen(framing.feed(8, stream.subarray(7), 10))).toBe('lost');
  });

  it('begins again after a gap where they can', () => {
    const framing = letters(true);
    framing.feed(1, stream.subarray(0, 5), 5);
    expect(seen(framing.feed(20, Buffer.from('...'), 3))).toBe('lost');
    expect(seen(framing.feed(23, Buffer.from('d1.'), 3))).toBe('d');
  });

  it('steps over a part of a unit that was not captured, and is lost where a header was not', () => {
    const framing = letters(false);
    expect(seen(framing.feed(1, Buffer.from('a9'), 11))).toBe('a');
    expect(seen(framing.feed(12, Buffer.from('b0'), 4))).toBe('b');
    expect(seen(framing.feed(16, Buffer.from('c0'), 2))).toBe('lost');
  });

  it('finds the records of TLS', () => {
    const framing = new Framing({ headerBytes: 5, tellable: true, read: readTlsRecord });
    const record = Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32)]);
    const two = Buffer.concat([record, record]);
    expect(framing.feed(1, two.subarray(0, 40), 40)?.map(tlsWords)).toEqual(['application data']);
    expect(framing.feed(41, two.subarray(40), 34)?.map(tlsWords)).toEqual(['application data']);
  });
});
