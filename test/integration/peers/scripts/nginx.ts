import type { Difference } from './difference.ts';
import { ends, refused, sees, works } from './seen.ts';

export const nginxDiffers: Readonly<Record<string, Difference>> = {
  'the absolute form, and another Host': {
    why: 'With `$http_host` it goes by Host, and says to the target what the client said.',
    sees: sees(['GET /a?q | host=a', 'GET /last | host=a'], ['200 | length ""', '200 | length "last"']),
  },
  'OPTIONS *': { why: 'It knows no such target.', sees: refused(400) },
  'both lengths and chunks': {
    why: 'It refuses both together, which RFC 9112 section 6.1 allows; ours takes the chunks, drops the length and closes, as ALB does.',
    sees: refused(400),
  },
  'two equal lengths': { why: 'It refuses a second length, even an equal one.', sees: refused(400) },
  'two lengths in a list': { why: 'The same in one field.', sees: refused(400) },
  'chunked twice': { why: 'Any coding but chunked alone is 501 to it.', sees: refused(501) },
  'chunked is not the last': { why: 'Any coding but chunked alone is 501 to it.', sees: refused(501) },
  'a coding that is unknown': {
    why: '501 says the same: a coding that it cannot undo (RFC 9112 section 6.1). Where chunked is not the last, section 6.3 wants 400.',
    sees: refused(501),
  },
  'chunked behind a vertical tab': { why: 'The same.', sees: refused(501) },
  'a line without a colon': {
    why: 'It leaves such a line out, silently.',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'chunks in HTTP/1.0': {
    why: 'It refuses; ours takes them and closes, as RFC 9112 section 6.1 has it.',
    sees: sees([], ['400']),
  },
  'a chunk size line without CR': {
    why: 'It takes a bare LF for a line end here, too; RFC 9112 section 2.2 allows that outside chunks only.',
    sees: works(['POST /a | length "hello"'], ['200 | length "hello"']),
  },
  CONNECT: { why: '400 where ours says 405; both refuse.', sees: refused(400) },
  'two spaces in a request line': {
    why: 'White space in a request line is skipped (RFC 9112 section 3 lets a server do so).',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'a fragment in a target': {
    why: 'It cuts the fragment off for itself, and passes it on.',
    sees: works(['GET /a#b'], ['200 | length ""']),
  },
  'a body on a GET': {
    why: 'It stays: RFC 9110 section 9.3.1 only says that such a body means nothing.',
    sees: works(['GET /a | length "hello"'], ['200 | length "hello"']),
  },
  'an answer with two lengths': {
    why: 'It believes the last; RFC 9112 section 6.3 rule 5 wants 502.',
    sees: works(['GET /a'], ['200 | length "hello!"']),
  },
  'an answer with a length that is none': {
    why: 'it goes on waiting for the end of the connection; RFC 9112 section 6.3 rule 5 wants 502',
    skip: true,
  },
  'an answer with a coding that is unknown': {
    why: 'It passes the bytes on as if there had been no coding.',
    sees: works(['GET /a'], ['200 | chunked "hello"']),
  },
  'an answer with a folded line': {
    why: 'It refuses the answer; RFC 9112 section 5.2 has a proxy refuse or unfold.',
    sees: works(['GET /a'], ['502']),
  },
  'an answer with a space before the colon': {
    why: 'It refuses the answer; RFC 9112 section 5.1 has a proxy take the space out.',
    sees: works(['GET /a'], ['502']),
  },
  'what is no answer': {
    why: 'it passes on what it takes for HTTP/0.9, until the connection ends',
    skip: true,
  },
  '103 to HTTP/1.0': {
    why: 'It relays what it does not know, to anybody.',
    sees: sees(['GET /a'], ['103', '200 | length "hello"']),
  },
  'Expect, and the target says 100': {
    why: "it answers 100 itself, takes the target's 100 for the answer, and loses its place",
    skip: true,
  },
  'Expect, and the target says no at once': {
    why: 'It says 100 itself before it has asked.',
    sees: sees([], ['100', '403 | length "no"']),
  },
  'an expectation that nobody knows': {
    why: 'It drops what it does not know; RFC 9110 section 10.1.1 allows both.',
    sees: sees(['GET /a'], ['200 | length ""']),
  },
  'trailers of a request': {
    why: 'It has no trailers, either way: gRPC needs another module of it.',
    sees: works(['POST /a | length "hello"'], ['200 | length "hello"']),
  },
  'trailers of an answer': {
    why: 'It has no trailers, either way: gRPC needs another module of it.',
    sees: works(['GET /a'], ['200 | chunked "hello"']),
  },
  'fields of one hop': {
    why: 'It takes out those that it knows, and not those that Connection names.',
    sees: sees(['GET /a | proxy-connection=x | x-one=1'], ['200 | length ""']),
  },
  'an answer that names fields of one hop': {
    why: 'The same, of answers.',
    sees: works(['GET /a'], ['200 | x-one=1 | length "hello"']),
  },
  'a 101 that nobody asked for': {
    why: 'It passes it on, and a tunnel with it.',
    sees: sees(['GET /a'], ['101', 'tunnel "hello"']),
  },
  'Upgrade without Connection': {
    why: 'Its configuration says to: the usual recipe for WebSocket goes by Upgrade alone.',
    sees: works(['GET /a | upgrade=websocket'], ['200 | length ""']),
  },
  'an upgrade to h2c': {
    why: 'The same recipe lets it through.',
    sees: works(['GET /a | http2-settings=AAMAAABk | upgrade=h2c'], ['200 | length ""']),
  },
  'a head that stops': { why: 'It hangs up without a word.', sees: ends([], []) },
  'a body that stops': { why: 'The same.', sees: ends([], []) },
};
