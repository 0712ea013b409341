import type { Difference } from './difference.ts';
import { ends, refused, sees, works } from './seen.ts';

export const haproxyDiffers: Readonly<Record<string, Difference>> = {
  'the absolute form, and another Host': {
    why: 'It refuses where the target and Host differ; RFC 9112 section 3.2.2 has a proxy go by the target.',
    sees: refused(400),
  },
  'two equal lengths': {
    why: 'It takes equal lengths for one (RFC 9110 section 8.6) and stays; ours calls them ambiguous, as ALB does, and closes.',
    sees: works(['POST /a | length "hello"'], ['200 | length "hello"']),
  },
  'two lengths in a list': {
    why: 'The same in one field.',
    sees: works(['POST /a | length "hello"'], ['200 | length "hello"']),
  },
  'gzip, chunked': {
    why: 'It has a status of its own for codings that it does not undo.',
    sees: refused(422),
  },
  'a folded line': {
    why: 'It unfolds the line, which RFC 9112 section 5.2 allows; ours refuses, which it also allows.',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'a NUL in a value': {
    why: 'Its parser lets NUL pass; RFC 9110 section 5.5 calls the value invalid.',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'a chunk size line without CR': {
    why: 'It takes a bare LF for a line end here, too; RFC 9112 section 2.2 allows that outside chunks only.',
    sees: works(['POST /a | chunked "hello"'], ['200 | length "hello"']),
  },
  'no Host': {
    why: 'A request without Host is passed on; RFC 9112 section 3.2 wants 400.',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'a Host that is none': { why: 'It does not look into Host.', sees: works(['GET /a'], ['200 | length ""']) },
  'a Host with a path': { why: 'It does not look into Host.', sees: works(['GET /a'], ['200 | length ""']) },
  CONNECT: {
    why: 'It passes CONNECT to its target as any other method.',
    sees: works(['CONNECT b.lab:443'], ['200 | length ""']),
  },
  'HTTP/2.0 in a request line': {
    why: 'Any version is read as HTTP/1.1.',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'two spaces in a request line': {
    why: 'White space in a request line is skipped (RFC 9112 section 3 lets a server do so).',
    sees: works(['GET /a'], ['200 | length ""']),
  },
  'a tab in a request line': { why: 'The same of tabs.', sees: works(['GET /a'], ['200 | length ""']) },
  'a target without a slash': {
    why: 'It passes a target on in whatever form.',
    sees: works(['GET a'], ['200 | length ""']),
  },
  'a body on a GET': {
    why: 'It stays: RFC 9110 section 9.3.1 only says that such a body means nothing. Ours calls it ambiguous, as ALB does.',
    sees: works(['GET /a | length "hello"'], ['200 | length "hello"']),
  },
  'an answer that ends with its connection': {
    why: 'It passes the end on as it came; ours frames the body anew, so that the client keeps its connection.',
    sees: ends(['GET /a'], ['200 | close "hello"']),
  },
  'an answer of HTTP/1.0': { why: 'The same.', sees: ends(['GET /a'], ['200 | close "hello"']) },
  'an answer with a space before the colon': {
    why: 'It refuses the answer; RFC 9112 section 5.1 has a proxy take the space out.',
    sees: works(['GET /a'], ['502']),
  },
  'an answer with a NUL': {
    why: 'Its parser lets NUL pass.',
    sees: works(['GET /a'], ['200 | length "hello"']),
  },
  '103 to HTTP/1.0': {
    why: 'It relays 103 to a client that cannot know it; RFC 9110 section 15.2 says not to.',
    sees: sees(['GET /a'], ['103', '200 | length "hello"']),
  },
  'an expectation that nobody knows': {
    why: 'It leaves it to the target; RFC 9110 section 10.1.1 allows both.',
    sees: sees(['GET /a | expect=cake'], ['200 | length ""']),
  },
  'a trailer that would frame': {
    why: 'It relays trailers as they are; RFC 9110 section 6.5.1 forbids those that frame.',
    sees: works(['POST /a | chunked "hello" | content-length: 7 | host: b'], ['200 | length "hello"']),
  },
  'fields of one hop': {
    why: 'Only Connection, TE and Upgrade end at it; RFC 9110 section 7.6.1 wants all that Connection names to.',
    sees: sees(['GET /a | keep-alive=5 | proxy-connection=x | x-one=1'], ['200 | length ""']),
  },
  'an answer that names fields of one hop': {
    why: 'The same, of answers.',
    sees: works(['GET /a'], ['200 | keep-alive=timeout=5 | x-one=1 | length "hello"']),
  },
  'Upgrade without Connection': {
    why: 'It passes the field on; without Connection it means nothing.',
    sees: works(['GET /a | upgrade=websocket'], ['200 | length ""']),
  },
  'an upgrade to h2c': {
    why: 'It lets HTTP/2 be proposed past itself; RFC 9113 section 3.1 has done away with this upgrade.',
    sees: works(['GET /a | http2-settings=AAMAAABk | upgrade=h2c'], ['200 | length ""']),
  },
  'nobody listens': {
    why: "503 is its word for a target that cannot be reached; ours is ALB's unless `unreachableStatus` says otherwise.",
    sees: sees([], ['503']),
  },
  'a body that stops': {
    why: 'its time-out for clients does not run while it has a target to wait for, whose own is a minute',
    skip: true,
  },
};
