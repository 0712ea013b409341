import { describe, expect, it } from 'vitest';
import { haproxyCfg } from '../../../../../docker/peers/haproxy/config.ts';
import { haproxySettingsSchema } from '../../../../../docker/protocol/peers/haproxy.ts';
import type { HaproxySettings } from '../../../../../docker/protocol/peers/haproxy.ts';
import { haproxy } from '../../../../../docker/protocol/personas/haproxy.ts';

const listen = { address: '10.0.0.1', port: 8080 };
const targets = [
  { id: 'backend-1', address: '10.0.0.11', port: 8080, weight: 3 },
  { id: 'backend-2', address: '10.0.0.12', port: 9090, draining: true },
];

function cfg(settings: object = {}): readonly string[] {
  const all: HaproxySettings = haproxySettingsSchema.parse({ targets, ...settings });
  return haproxyCfg(listen, all)
    .split('\n')
    .map((line) => line.trim());
}

describe('HAProxy’s configuration', () => {
  it('listens, balances and lists the targets, one of which is leaving', () => {
    expect(cfg()).toEqual(
      expect.arrayContaining([
        'mode http',
        'option httplog',
        'bind 10.0.0.1:8080',
        'balance roundrobin',
        'retries 3',
        'server backend-1 10.0.0.11:8080 weight 3',
        'server backend-2 10.0.0.12:9090 weight 0',
      ]),
    );
  });

  it('has HAProxy’s own defaults where nothing is said: a TCP check, 2 s, rise 2, fall 3, no time-out', () => {
    expect(cfg()).toContain('default-server check inter 2000ms rise 2 fall 3');
    expect(cfg().filter((line) => line.startsWith('timeout') || line.startsWith('option httpchk'))).toEqual(
      [],
    );
  });

  it('has the defaults that its persona states', () => {
    const real = haproxySettingsSchema.parse({}).healthCheck;
    const { intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold, method, httpVersion, successCodes } =
      real;
    expect(haproxy.l7?.healthCheck).toMatchObject({
      ...{ intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold, method, httpVersion, successCodes },
    });
  });

  it('asks by HTTP as option httpchk does, and for what else the settings say', () => {
    const http = { protocol: 'http', path: "/it's", intervalMs: 500, timeoutMs: 300, bodyMatch: 'v2' };
    expect(cfg({ healthCheck: http })).toEqual(
      expect.arrayContaining([
        'option httpchk',
        `http-check send meth OPTIONS uri '/it'\\''s' ver HTTP/1.0`,
        'http-check expect status 200-399',
        "http-check expect rstring 'v2'",
        'timeout check 300ms',
        'default-server check inter 500ms rise 2 fall 3',
      ]),
    );
  });

  it('sends a header only where one is given', () => {
    const sent = (headers: object) =>
      cfg({ healthCheck: { protocol: 'http', headers } }).find((line) => line.startsWith('http-check send'));
    expect(sent({ 'user-agent': '' })).not.toContain('hdr');
    expect(sent({ 'x-key': 'a b' })).toContain("hdr x-key 'a b'");
  });

  it('is a Layer 4 balancer in TCP mode, with a PROXY header in and out if asked', () => {
    const lines = cfg({ mode: 'tcp', acceptProxy: true, sendProxy: 'v2', whenUnhealthy: 'reset' });
    expect(lines).toContain('bind 10.0.0.1:8080 accept-proxy');
    expect(lines).toContain('option tcplog');
    expect(lines.join()).not.toContain('capture request');
    expect(lines.find((line) => line.startsWith('default-server'))).toContain(
      'on-marked-down shutdown-sessions send-proxy-v2',
    );
  });

  it('does not check at all when told so', () => {
    expect(cfg({ healthCheck: { protocol: 'none' } }).join()).not.toContain('check inter');
  });
});
