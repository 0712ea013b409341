import { describe, expect, it } from 'vitest';
import { nginxConf } from '../../../../../docker/peers/nginx/config.ts';
import { nginxSettingsSchema } from '../../../../../docker/protocol/peers/nginx.ts';
import { nginx } from '../../../../../docker/protocol/personas/nginx.ts';

const listen = { address: '10.0.0.1', port: 8080 };
const targets = [
  { id: 'backend-1', address: '10.0.0.11', port: 8080, weight: 3 },
  { id: 'backend-2', address: '10.0.0.12', port: 9090, draining: true },
];

function conf(settings: object = {}): readonly string[] {
  const all = nginxSettingsSchema.parse({ targets, ...settings });
  return nginxConf(listen, all)
    .split('\n')
    .map((line) => line.trim());
}

describe('NGINX’s configuration', () => {
  it('has NGINX’s own defaults, as its persona states them', () => {
    const lines = conf();
    expect(lines).toContain('server 10.0.0.11:8080 weight=3 max_fails=1 fail_timeout=10s;');
    expect(lines).toContain('server 10.0.0.12:9090 down max_fails=1 fail_timeout=10s;');
    expect(lines).toContain('proxy_next_upstream error timeout;');
    const { passive } = nginxSettingsSchema.parse({ targets });
    expect(nginx.l7?.passive).toMatchObject(passive);
  });

  it('keeps connections to targets only when asked, which takes HTTP/1.1', () => {
    expect(conf().join()).not.toContain('keepalive');
    expect(conf({ poolSize: 16 })).toEqual(
      expect.arrayContaining(['keepalive 16;', 'proxy_http_version 1.1;']),
    );
  });

  it('is a Layer 4 balancer in stream mode, and still counts its connections in one place', () => {
    const lines = conf({ mode: 'stream', algorithm: 'two-choices' });
    expect(lines).toEqual(
      expect.arrayContaining(['stream {', 'proxy_pass targets;', 'random two least_conn;']),
    );
    expect(lines.join()).toContain('stub_status');
    expect(lines.join()).not.toContain('proxy_next_upstream');
  });

  it('takes whole seconds where NGINX does', () => {
    expect(nginxSettingsSchema.safeParse({ targets, passive: { ejectMs: 1500 } }).success).toBe(false);
  });
});
