/**
 * Where node's own HTTP/2 (nghttp2), on which the front stands, does otherwise than RFC 9113 has it, and what it does
 * instead. None of it lets anything malformed through to a target.
 */
const forgotten = 'frames of a stream that is forgotten are dropped without a word';
const dropped = 'the field is left out, and the rest of the request goes on without it';

export const differs: Readonly<Record<string, { readonly why: string; readonly outcome: string }>> = {
  '6.3: PRIORITY on stream 0': { why: 'PRIORITY is not looked at any more', outcome: 'ignored' },
  '5.1: DATA after RST_STREAM': { why: forgotten, outcome: 'ignored' },
  '5.1: HEADERS after RST_STREAM': { why: forgotten, outcome: 'ignored' },
  '5.1.1: a stream that is older than the last': { why: forgotten, outcome: 'ignored' },
  '8.1.1: a length that is less than its DATA': {
    why: 'node ends the connection, with a code of its own',
    outcome: 'GOAWAY INTERNAL_ERROR',
  },
  '8.2.1: a space in a name': { why: dropped, outcome: 'status 200' },
  '8.2.1: a colon in a name': { why: dropped, outcome: 'status 200' },
  '8.2.1: an empty name': { why: dropped, outcome: 'status 200' },
  '8.2.1: a name beyond ASCII': { why: dropped, outcome: 'status 200' },
  '8.2.1: CR and LF in a value': { why: dropped, outcome: 'status 200' },
  '8.2.1: NUL in a value': { why: dropped, outcome: 'status 200' },
  '8.2.1: a value with a space at its end': { why: dropped, outcome: 'status 200' },
};
