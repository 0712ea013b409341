import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSubject } from '../subject.ts';
import { versionOf } from './balancer.ts';
import type { Balancer, Place, Wanted } from './balancer.ts';

const version = () => versionOf('NGINX', 'nginx', '-v', /nginx\/(\S+)/);
/** Debian packs it apart (libnginx-mod-stream); elsewhere it is mostly built in. */
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

export function nginxStream(bufferKilobytes: number): Balancer {
  const load = existsSync(streamModule) ? `load_module ${streamModule};\n` : '';
  return nginx(`${version()} (buffers ${bufferKilobytes} KB)`, ({ port, targets }) =>
    [
      load,
      'stream {',
      ...upstream(targets),
      `server { listen 127.0.0.1:${port} backlog=4096; proxy_pass targets;`,
      `proxy_buffer_size ${bufferKilobytes}k; proxy_connect_timeout 10s; proxy_timeout 350s; }`,
      '}',
    ].join('\n'),
  );
}

/** Routing, the headers and the time-outs that our own proxy has by default: the same work for both. */
export function nginxHttp(): Balancer {
  return nginx(version(), ({ port, targets, certificate, http2 = false }, folder) =>
    [
      'http {',
      'access_log off; keepalive_requests 1000000000; keepalive_timeout 60s; client_header_timeout 60s;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (one) => `${one}_temp_path ${folder}/${one};`,
      ),
      ...upstream(targets, 'keepalive 128; keepalive_requests 1000000000;'),
      `server { listen 127.0.0.1:${port} backlog=4096${certificate ? ' ssl' : ''}${http2 ? ' http2' : ''};`,
      certificate ? `ssl_certificate ${folder}/crt.pem; ssl_certificate_key ${folder}/key.pem;` : '',
      'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;',
      'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
      'proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port;',
      'proxy_set_header X-Request-Id $request_id;',
      'location /api/ { proxy_pass http://targets; }',
      'location / { proxy_pass http://targets; }',
      '} }',
    ].join('\n'),
  );
}

function upstream(targets: readonly Place[], more = ''): string[] {
  return [
    'upstream targets {',
    ...targets.map(({ address, port }) => `server ${address}:${port} max_fails=0;`),
    `${more} }`,
  ];
}

function nginx(name: string, rest: (wanted: Wanted, folder: string) => string): Balancer {
  return {
    name,
    start: (wanted) =>
      startSubject({
        name,
        port: wanted.port,
        // The first is the master, which only watches.
        workers: (pids) => pids.slice(1),
        async args(folder) {
          const { certificate } = wanted;
          if (certificate) {
            await writeFile(join(folder, 'crt.pem'), certificate.certificate);
            await writeFile(join(folder, 'key.pem'), certificate.key);
          }
          const file = join(folder, 'nginx.conf');
          const head = `user ${process.getuid?.() === 0 ? 'root' : 'nobody'}; worker_processes 1; pid ${folder}/pid;\n`;
          const events = `daemon off; error_log ${folder}/error.log crit;\nevents { worker_connections 20000; }\n`;
          const body = rest(wanted, folder);
          const [load = '', ...others] = body.startsWith('load_module') ? body.split('\n') : ['', body];
          await writeFile(file, `${load}\n${head}${events}${others.join('\n')}\n`);
          return ['nginx', '-c', file, '-p', folder, '-e', join(folder, 'error.log')];
        },
      }),
  };
}
