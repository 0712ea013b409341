import { expect, it } from 'vitest';
import { fuzzQuic } from '../../../support/fuzz-quic.ts';
import { fuzzWire } from '../../../support/fuzz-wire.ts';

it('20,000 mutated PROXY headers and ClientHellos: each is read, refused, or waits for a bounded number of bytes', () => {
  const tally = fuzzWire(20_000, 1);
  // Every way out was taken; a fuzzer that only ever sees one of them proves nothing.
  for (const ends of Object.values(tally)) {
    expect(Object.keys(ends).toSorted()).toEqual(['bad', 'more', 'read']);
    expect(Object.values(ends).reduce((sum, n) => sum + n, 0)).toBe(20_000);
  }
});

it('20,000 mutated QUIC packets: each is refused, names a server, or names none', () => {
  const tally = fuzzQuic(20_000, 1);
  const ends = ['long, a server', 'long, no server', 'refused', 'short, a server', 'short, no server'];
  expect(Object.keys(tally).toSorted()).toEqual(ends);
  expect(Object.values(tally).reduce((sum, n) => sum + n, 0)).toBe(20_000);
});
