import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../../../../docker/l7/http2/connection-error.ts';
import { decoders } from '../../../../../../docker/l7/http2/hpack/decoder.ts';

const create = decoders((name, value) => `${name}: ${value}`);

function reader(limit = 4096) {
  const decoder = create(limit);
  return (hex: string): readonly string[] => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const said: string[] = [];
    decoder.decode(bytes, 0, bytes.length, (field) => said.push(field));
    return said;
  };
}

const first = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
const second = [...first, 'cache-control: no-cache'];
const third = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
];
const at21 = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const found = [':status: 302', 'cache-control: private', at21, 'location: https://www.example.com'];
const kept = [':status: 307', ...found.slice(1)];
const plain = [
  ':status: 200',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:22 GMT',
  'location: https://www.example.com',
  'content-encoding: gzip',
  'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
];

describe('the examples of RFC 7541 appendix C', () => {
  it.each([
    [
      'C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      'custom-key: custom-header',
    ],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path'],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret'],
    ['C.2.4', '82', ':method: GET'],
  ])('%s', (_, hex, field) => {
    expect(reader()(hex)).toEqual([field]);
  });

  it('C.3: requests', () => {
    const read = reader();
    expect(read('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual(first);
    expect(read('8286 84be 5808 6e6f 2d63 6163 6865')).toEqual(second);
    expect(read('8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65')).toEqual(third);
  });

  it('C.4: requests, by Huffman', () => {
    const read = reader();
    expect(read('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual(first);
    expect(read('8286 84be 5886 a8eb 1064 9cbf')).toEqual(second);
    expect(read('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).toEqual(third);
  });

  it('C.5: answers, with a table that they overflow', () => {
    const read = reader(256);
    expect(
      read(
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32' +
          '3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      ),
    ).toEqual(found);
    expect(read('4803 3330 37c1 c0bf')).toEqual(kept);
    expect(
      read(
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970' +
          '7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61' +
          '6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
      ),
    ).toEqual(plain);
  });

  it('C.6: answers, by Huffman, with a table that they overflow', () => {
    const read = reader(256);
    expect(
      read(
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad' +
          '1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      ),
    ).toEqual(found);
    expect(read('4883 640e ffc1 c0bf')).toEqual(kept);
    expect(
      read(
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2' +
          'e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
      ),
    ).toEqual(plain);
  });
});

describe('the table', () => {
  it('an entry larger than the table empties it', () => {
    const read = reader(64);
    read('4001 6101 62');
    expect(read('be')).toEqual(['a: b']);
    read(`4001 617f 00${'63'.repeat(127)}`);
    expect(() => read('be')).toThrow(ConnectionError);
  });

  it('shrinks to nothing when it is told to, and grows again up to what was allowed', () => {
    const read = reader();
    read('4001 6101 62');
    expect(read('20 3fe11f 82')).toEqual([':method: GET']);
    expect(() => read('be')).toThrow('no entry 62');
    expect(() => read('3fe21f 82')).toThrow('larger than was allowed');
  });

  it('keeps a hundred entries in order', () => {
    const read = reader();
    for (let index = 0; index < 200; index++) read(`4001 6102 ${Buffer.from([index, 0]).toString('hex')}`);
    const size = Math.floor(4096 / 35);
    const entry = (at: number) => read(Buffer.from([0xff, 62 + at - 127]).toString('hex'))[0];
    // Entry 127 - 62 = 65 is the first that needs two octets.
    for (let at = 65; at < size; at++) expect(entry(at)).toBe(`a: ${String.fromCharCode(199 - at, 0)}`);
    expect(() => entry(size)).toThrow('no entry');
  });
});

it.each([
  ['a number that ends with its block', '7f'],
  ['a number of six octets', 'ffff ffff ffff 7f'],
  ['a name that is cut', '0005 6162'],
  ['a value that is not there', '0001 61'],
  ['an index of nought', '80'],
])('%s ends the connection', (_, hex) => {
  expect(() => reader()(hex)).toThrow(ConnectionError);
});
