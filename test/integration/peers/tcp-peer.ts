import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/backend.ts';
import { forwarderTo } from '../../unit/docker/l4/rig.ts';

/** A TCP proxy under test: ours, or a real one with the same wishes in its own words. */
export interface TcpPeer {
  readonly port: number;
  close(): Promise<void>;
}

export interface Wishes {
  readonly targets: readonly number[];
  readonly send?: 'v1' | 'v2';
  readonly accept?: boolean;
  readonly idleMs?: number;
  readonly connectMs?: number;
}

export type StartPeer = (wishes: Wishes) => Promise<TcpPeer>;

const stream = '/usr/lib/nginx/modules/ngx_stream_module.so';
const answers = (binary: string, flag: string) => spawnSync(binary, [flag]).status === 0;

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
  return await run('haproxy', (file) => ['-db', '-f', file], config, port);
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
  return await run('nginx', (file, folder) => ['-p', folder, '-c', file], config, port);
};

async function run(
  binary: string,
  args: (file: string, folder: string) => readonly string[],
  config: string,
  port: number,
): Promise<TcpPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-peer-'));
  const file = join(folder, 'peer.conf');
  await writeFile(file, config);
  const child = spawn(binary, args(file, folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(port, () => (child.exitCode === null ? null : `${binary} ended: ${said}`));
  return {
    port,
    async close() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Looked up in the kernel's table and not by connecting: a connection would reach a backend that counts them. */
async function listening(port: number, gone: () => string | null): Promise<void> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  const deadline = Date.now() + 20_000;
  while (!(await readFile('/proc/net/tcp', 'utf8')).includes(wanted)) {
    const why = gone() ?? (Date.now() > deadline ? `nobody listens on ${port}` : null);
    if (why !== null) throw new Error(why);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
