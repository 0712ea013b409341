import { describe, expect, it } from 'vitest';
import { huffmanBytes, readHuffman, writeHuffman } from '../../../../../../docker/l7/http2/hpack/huffman.ts';

function write(text: string): Buffer {
  const into = Buffer.alloc(text.length * 4 + 8);
  const end = writeHuffman(text, into, 0);
  expect(end).toBe(huffmanBytes(text));
  return into.subarray(0, end);
}

describe('the Huffman code of RFC 7541', () => {
  it.each([
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['custom-key', '25a849e95ba97d7f'],
    ['302', '6402'],
    ['', ''],
  ])('%s', (text, hex) => {
    expect(write(text).toString('hex')).toBe(hex);
  });

  it('every octet, alone and after every other', () => {
    const octets = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));
    const wrong = octets.flatMap((one) =>
      octets.filter((other) => {
        const into = Buffer.alloc(8);
        return readHuffman(into, 0, writeHuffman(one + other, into, 0)) !== one + other;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['padding of noughts', '18'],
    ['padding of a whole octet', '1fff'],
    ['a code that is cut in its middle', 'ffffff'],
    ['EOS', 'fffffffc'],
  ])('refuses %s', (_, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(readHuffman(bytes, 0, bytes.length)).toBe(null);
  });
});
