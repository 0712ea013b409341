import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/backend.ts';
import { versionOf } from './balancers/balancer.ts';
import { startSubject } from './subject.ts';

/** A target of HTTP/2 in the clear, beside the load: NGINX, which answers every path with so many bytes. */
export async function startHttp2Backend(bytes: number): Promise<{ port: number; stop(): Promise<void> }> {
  const name = versionOf('NGINX', 'nginx', '-v', /nginx\/(\S+)/);
  const port = await freePort();
  return await startSubject({
    name,
    port,
    core: '1',
    async args(folder) {
      const file = join(folder, 'nginx.conf');
      const config = [
        `user ${process.getuid?.() === 0 ? 'root' : 'nobody'}; worker_processes 1; pid ${folder}/pid; daemon off;`,
        `error_log ${folder}/error.log crit; events { worker_connections 20000; }`,
        'http { access_log off; keepalive_requests 1000000000; http2_max_concurrent_streams 128;',
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
          (one) => `${one}_temp_path ${folder}/${one};`,
        ),
        `server { listen 0.0.0.0:${port} http2 backlog=4096; return 200 "${'x'.repeat(bytes)}"; } }`,
      ];
      await writeFile(file, `${config.join('\n')}\n`);
      return ['nginx', '-c', file, '-p', folder, '-e', join(folder, 'error.log')];
    },
  });
}
