import { block, frame, get, types } from '../../../../../support/http2-wire.ts';
import type { Http2Wire } from '../../../../../support/http2-wire.ts';
import { connection, fine } from './case.ts';
import type { Case } from './case.ts';

const asking =
  (...pieces: readonly (Buffer | readonly number[])[]) =>
  (wire: Http2Wire): void =>
    wire.send(frame(types.headers, 5, 1, Buffer.concat(pieces.map((piece) => Buffer.from(piece)))));
const broken = connection('COMPRESSION_ERROR');
const all = block(get);

/** Header compression: RFC 7541. A table that two do not share any more can only be thrown away with its connection. */
export const compression: readonly Case[] = [
  {
    section: '7541 2.3.3',
    name: 'an entry that no table has',
    verdict: broken,
    does: asking(all, [0xff, 0x80, 0x01]),
  },
  {
    section: '7541 2.3.3',
    name: 'a name that no table has',
    verdict: broken,
    does: asking(all, [0x7f, 0x80, 0x01, 1, 0x61]),
  },
  {
    section: '7541 4.2',
    name: 'a table size update at the end of a block',
    verdict: broken,
    does: asking(all, [0x20]),
  },
  {
    section: '7541 4.2',
    name: 'a table size update at its beginning',
    verdict: fine,
    does: asking([0x20], all),
  },
  {
    section: '7541 5.1',
    name: 'a number without end',
    verdict: broken,
    does: asking(all, [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
  },
  {
    section: '7541 5.2',
    name: 'a string longer than its block',
    verdict: broken,
    does: asking(all, [0, 1, 0x78, 0x7e, 0x61]),
  },
  {
    section: '7541 5.2',
    name: 'Huffman, padded with more than seven bits',
    verdict: broken,
    does: asking(all, [0, 1, 0x78, 0x82, 0x1f, 0xff]),
  },
  {
    section: '7541 5.2',
    name: 'Huffman, padded with noughts',
    verdict: broken,
    does: asking(all, [0, 1, 0x78, 0x81, 0x18]),
  },
  {
    section: '7541 5.2',
    name: 'Huffman with EOS in it',
    verdict: broken,
    does: asking(all, [0, 1, 0x78, 0x84, 0xff, 0xff, 0xff, 0xff]),
  },
  { section: '7541 6.1', name: 'entry 0', verdict: broken, does: asking(all, [0x80]) },
  {
    section: '7541 6.2.1',
    name: 'a field that is kept, and then named by its entry',
    verdict: fine,
    does: asking(all, [0x40, 1, 0x78, 1, 0x31, 0xbe]),
  },
  {
    section: '7541 6.3',
    name: 'a table larger than was allowed',
    verdict: broken,
    does: asking([0x3f, 0xff, 0xff, 0x03], all),
  },
];
