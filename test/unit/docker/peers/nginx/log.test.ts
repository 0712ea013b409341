import { describe, expect, it } from 'vitest';
import { disabledAddress, ownCause, parseAccess } from '../../../../../docker/peers/nginx/log.ts';

function entry(status: number, targets: string, connects: string, heads: string) {
  const line = {
    ...{
      client: 'via-real',
      id: 'r1',
      status,
      request: 'GET / HTTP/1.1',
      sent: 327,
      ms: 0.001,
      received: 120,
    },
    ...{ targets, connects, heads, toTargets: '131', fromTargets: '300' },
  };
  const parsed = parseAccess(JSON.stringify(line));
  if (parsed === null) throw new Error('not read');
  return parsed;
}

describe('NGINX’s access log', () => {
  it('tells of each target that was tried', () => {
    const two = entry(200, '10.0.0.2:80, 10.0.0.3:80', '-, 0.001', '-, 0.004');
    expect(two.attempts).toMatchObject([
      { address: '10.0.0.2:80', connected: false, answered: false },
      { address: '10.0.0.3:80', connected: true, answered: true },
    ]);
  });

  it.each([
    ['passed on', entry(500, 'a:1', '0.000', '0.001'), null],
    ['refused', entry(502, 'a:1', '-', '-'), 'refused'],
    ['nobody left', entry(502, 'targets', '-', '-'), 'no-target'],
    ['cut by the target', entry(502, 'a:1', '0.000', '-'), 'closed-early'],
    ['no answer in time', entry(504, 'a:1', '0.000', '-'), 'response-timeout'],
    ['no connection in time', entry(504, 'a:1', '-', '-'), 'connect-timeout'],
    ['left by the client', entry(499, 'a:1', '0.000', '-'), 'client-gone'],
  ])('%s', (_, one, cause) => {
    expect(ownCause(one)).toBe(cause);
  });

  it('is not read where it is no such line', () => {
    expect(parseAccess('not JSON')).toBeNull();
  });
});

describe('NGINX’s error log', () => {
  const warning = (upstream: string) =>
    `2026/11/21 07:14:44 [warn] 21#21: *9 upstream server temporarily disabled while connecting to upstream, client: 10.0.0.9, server: , request: "GET / HTTP/1.1", upstream: "${upstream}", host: "x"`;

  it('says which target is let go, at both layers', () => {
    expect(disabledAddress(warning('http://10.0.0.2:8080/'))).toBe('10.0.0.2:8080');
    expect(disabledAddress(warning('10.0.0.2:8080'))).toBe('10.0.0.2:8080');
    expect(disabledAddress('[error] connect() failed, upstream: "http://10.0.0.2:8080/"')).toBeNull();
  });
});
