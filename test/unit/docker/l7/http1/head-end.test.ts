import { describe, expect, test } from 'vitest';
import { blankLines, endInText, endOfHead } from '../../../../../docker/l7/http1/head-end.ts';

describe('where a head ends', () => {
  test.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\nrest', 25, 27],
    ['GET / HTTP/1.1\nHost: a\n\nrest', 23, 24],
    // Whichever comes first: two readers must not differ on it.
    ['a\n\nb\r\n\r\n', 2, 3],
    ['a\r\n\r\nb\n\n', 3, 5],
    ['a\r\n\n', 3, 4],
  ])('%j', (text, last, next) => {
    expect(endInText(text)).toEqual({ text: last, next });
    expect(endOfHead(Buffer.from(text, 'latin1'))).toEqual({ text: last, next });
  });

  test.each(['', 'GET / HTTP/1.1\r\n', 'a\r\n\rb', 'a\n b\n'])('not yet in %j', (text) => {
    expect(endInText(text)).toBeNull();
    expect(endOfHead(Buffer.from(text, 'latin1'))).toBeNull();
  });

  test('empty lines before it are passed over', () => {
    expect(blankLines(Buffer.from('\r\n\nGET'))).toBe(3);
    expect(blankLines(Buffer.from('\r\n'))).toBe(2);
  });
});
