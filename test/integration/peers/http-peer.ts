import type { L7Patch } from '../../../docker/protocol/balancer.ts';
import { freePort } from '../../support/backend.ts';
import { cleanUp, proxyTo } from '../../unit/docker/l7/rig.ts';
import { answers, runNative } from './native.ts';
import type { Peer } from './native.ts';

export interface HttpWishes {
  readonly targets: readonly number[];
  /** Until the first byte of an answer; and so long a client may take over a head or be silent in a body. */
  readonly answerMs?: number;
  readonly clientMs?: number;
  /** Kept while idle. */
  readonly keepAliveMs?: number;
  /** A request that its target hung up on may go to another. */
  readonly retry?: boolean;
  /** For ours alone: what has no word at the others. */
  readonly settings?: L7Patch;
}

export type StartHttpPeer = (wishes: HttpWishes) => Promise<Peer>;

/** Why a peer cannot be run here; null where it can. */
export const missing = {
  haproxy: answers('haproxy', '-v') ? null : 'haproxy is not installed',
  nginx: answers('nginx', '-v') ? null : 'nginx is not installed',
} as const;

const long = 60_000;

export const ours: StartHttpPeer = async ({
  targets,
  answerMs = long,
  clientMs = long,
  keepAliveMs = long,
  retry = false,
  settings = {},
}) => {
  const { port } = await proxyTo(targets, {
    connectRetries: 2,
    responseTimeoutMs: answerMs,
    keepAliveMs,
    http: { headTimeoutMs: clientMs, bodyTimeoutMs: clientMs, tunnelIdleMs: answerMs },
    retry: retry ? { tries: 1, on: ['closed'] } : {},
    ...settings,
  });
  return { port, close: cleanUp };
};

export const haproxy: StartHttpPeer = async (wishes) => {
  const { targets, answerMs = long, clientMs = long, keepAliveMs = long, retry = false } = wishes;
  const port = await freePort();
  const config = `
global
  maxconn 100
defaults
  mode http
  timeout connect 2s
  timeout client ${clientMs}ms
  timeout http-request ${clientMs}ms
  timeout http-keep-alive ${keepAliveMs}ms
  timeout server ${answerMs}ms
  timeout tunnel ${answerMs}ms
  retries 2
  option redispatch 1
  ${retry ? 'retry-on conn-failure empty-response' : ''}
listen front
  bind 127.0.0.1:${port}
  ${retry ? 'http-request disable-l7-retry if METH_POST' : ''}
${targets.map((target, index) => `  server s${index} 127.0.0.1:${target}`).join('\n')}
`;
  return await runNative('haproxy', (file) => ['-db', '-f', file], config, port);
};

export const nginx: StartHttpPeer = async (wishes) => {
  const { targets, answerMs = long, clientMs = long, keepAliveMs = long } = wishes;
  const port = await freePort();
  const config = `
daemon off;
master_process off;
error_log stderr emerg;
pid nginx.pid;
events { worker_connections 100; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream back { ${targets.map((target) => `server 127.0.0.1:${target} max_fails=0;`).join(' ')} keepalive 8; }
  map $http_upgrade $hop { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    client_header_timeout ${clientMs}ms;
    client_body_timeout ${clientMs}ms;
    keepalive_timeout ${keepAliveMs}ms;
    location / {
      proxy_pass http://back;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $hop;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_connect_timeout 2s;
      proxy_read_timeout ${answerMs}ms;
      proxy_send_timeout ${answerMs}ms;
      proxy_next_upstream error timeout;
    }
  }
}
`;
  return await runNative('nginx', (file, folder) => ['-p', folder, '-c', file], config, port);
};
