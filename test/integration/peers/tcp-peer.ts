import { existsSync } from 'node:fs';
import { freePort } from '../../support/backend.ts';
import { forwarderTo } from '../../unit/docker/l4/rig.ts';
import { answers, runNative } from './native.ts';
import type { Peer } from './native.ts';

export interface Wishes {
  readonly targets: readonly number[];
  readonly send?: 'v1' | 'v2';
  readonly accept?: boolean;
  readonly idleMs?: number;
  readonly connectMs?: number;
}

export type StartPeer = (wishes: Wishes) => Promise<Peer>;

const stream = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** Why a peer cannot be run here; null where it can. */
export const missing = {
  haproxy: answers('haproxy', '-v') ? null : 'haproxy is not installed',
  nginx: !answers('nginx', '-v')
    ? 'nginx is not installed'
    : existsSync(stream)
      ? null
      : 'nginx has no stream module here (libnginx-mod-stream)',
} as const;

export const ours: StartPeer = async ({ targets, send, accept, idleMs, connectMs }) =>
  await forwarderTo(targets, {
    connectRetries: 2,
    connectTimeoutMs: connectMs ?? 2000,
    idleTimeoutMs: idleMs ?? 60_000,
    whenIdle: 'close',
    proxyProtocol: { send: send ?? 'off', expect: accept === true },
  });

export const haproxy: StartPeer = async ({ targets, send, accept, idleMs, connectMs }) => {
  const port = await freePort();
  const sends = send === undefined ? '' : send === 'v1' ? ' send-proxy' : ' send-proxy-v2';
  const idle = idleMs ?? 60_000;
  const config = `
global
  maxconn 100
defaults
  mode tcp
  timeout connect ${connectMs ?? 2000}ms
  timeout client ${idle}ms
  timeout server ${idle}ms
  retries 2
  option redispatch 1
listen front
  bind 127.0.0.1:${port}${accept === true ? ' accept-proxy' : ''}
${targets.map((target, index) => `  server s${index} 127.0.0.1:${target}${sends}`).join('\n')}
`;
  return await runNative('haproxy', (file) => ['-db', '-f', file], config, port);
};

export const nginx: StartPeer = async ({ targets, send, accept, idleMs, connectMs }) => {
  const port = await freePort();
  const config = `
load_module ${stream};
daemon off;
master_process off;
error_log stderr emerg;
pid nginx.pid;
events { worker_connections 100; }
stream {
  upstream back { ${targets.map((target) => `server 127.0.0.1:${target};`).join(' ')} }
  server {
    listen 127.0.0.1:${port}${accept === true ? ' proxy_protocol' : ''};
    proxy_pass back;
    proxy_half_close on;
    proxy_connect_timeout ${connectMs ?? 2000}ms;
    proxy_timeout ${idleMs ?? 60_000}ms;
    ${send === 'v1' ? 'proxy_protocol on;' : ''}
  }
}
`;
  return await runNative('nginx', (file, folder) => ['-p', folder, '-c', file], config, port);
};
