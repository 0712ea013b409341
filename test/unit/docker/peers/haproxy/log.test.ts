import { describe, expect, it } from 'vitest';
import { ownCause, parseLog } from '../../../../../docker/peers/haproxy/log.ts';

/** Lines as HAProxy 2.6 wrote them in a lab. */
const line = (server: string, status: number, term: string, captures = '{via-real|r1}') =>
  `10.77.7.15:53008 [21/Nov/2026:07:14:02.150] front targets/${server} 0/0/0/13/13 ${status} 295 - - ${term} 1/1/0/0/0 0/0 ${captures} "GET /a HTTP/1.1"`;

describe('HAProxy’s log', () => {
  it('tells of a request: who asked, who answered, what, and how it ended', () => {
    expect(parseLog(line('backend-1', 200, '----'))).toEqual({
      ...{ source: '10.77.7.15:53008', server: 'backend-1', client: 'via-real', id: 'r1' },
      ...{ status: 200, totalMs: 13, termination: '----', method: 'GET', path: '/a' },
    });
  });

  it('tells of somebody’s curl, which has no name', () => {
    expect(parseLog(line('backend-1', 200, '----', '{|}'))).toMatchObject({ client: '', id: '' });
  });

  it('tells of a session in TCP mode', () => {
    const text =
      '10.0.0.2:40000 [21/Nov/2026:07:14:02.150] front targets/backend-2 1/0/52 480 -- 1/1/0/0/0 0/0';
    expect(parseLog(text)).toMatchObject({
      server: 'backend-2',
      status: null,
      totalMs: 52,
      termination: '--',
    });
  });

  it('has other lines, which are nobody’s request', () => {
    expect(parseLog('Server targets/backend-1 is DOWN, reason: Layer7 wrong status, code: 500')).toBeNull();
  });

  it.each([
    ['backend-1', '----', null],
    ['<NOSRV>', 'SC--', 'no-target'],
    ['backend-1', 'SC--', 'refused'],
    ['backend-1', 'sC--', 'connect-timeout'],
    ['backend-1', 'SH--', 'reset'],
    ['backend-1', 'sH--', 'response-timeout'],
    ['backend-1', 'SD--', 'closed-early'],
    ['backend-1', 'PH--', 'bad-response'],
    ['backend-1', 'CD--', 'client-gone'],
  ])('%s with %s: %s', (server, term, cause) => {
    const entry = parseLog(line(server, 503, term));
    if (entry === null) throw new Error('not read');
    expect(ownCause(entry)).toBe(cause);
  });
});
