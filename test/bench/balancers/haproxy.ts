import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSubject } from '../subject.ts';
import { versionOf } from './balancer.ts';
import type { Balancer, Place, Wanted } from './balancer.ts';

const version = () => versionOf('HAProxy', 'haproxy', '-v', /version (\S+?)-/);

const globals = `global
  nbthread 1
  maxconn 10100
  no strict-limits
defaults
  timeout connect 10s
  timeout client 350s
  timeout server 350s
`;

export function haproxyTcp(): Balancer {
  return haproxy(({ address = '127.0.0.1', port, targets }) => [
    'listen bench',
    '  mode tcp',
    '  balance roundrobin',
    `  bind ${address}:${port} backlog 4096`,
    ...servers(targets),
  ]);
}

/** Routing, the headers and the time-outs that our own proxy has by default: the same work for both. */
export function haproxyHttp(toTargets: 'http1' | 'http2' = 'http1'): Balancer {
  const reused = (targets: readonly Place[]) => [
    '  mode http',
    '  balance roundrobin',
    '  http-reuse always',
    ...servers(targets, toTargets === 'http2' ? ' proto h2' : ''),
  ];
  return haproxy(({ port, targets, certificate, http2 = false }, folder) => [
    'frontend front',
    '  mode http',
    `  bind 127.0.0.1:${port} backlog 4096${certificate ? ` ssl crt ${folder}/pair.pem` : ''}${http2 ? ' proto h2' : ''}`,
    '  timeout http-request 60s',
    '  timeout http-keep-alive 60s',
    '  option forwardfor',
    '  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]',
    '  http-request set-header X-Forwarded-Port %[dst_port]',
    '  unique-id-format %[uuid()]',
    '  unique-id-header X-Request-Id',
    '  acl api path_beg /api/',
    '  use_backend api if api',
    '  default_backend rest',
    'backend api',
    ...reused(targets),
    'backend rest',
    ...reused(targets),
  ]);
}

function servers(targets: readonly Place[], how = ''): string[] {
  return targets.map(({ address, port }, index) => `  server t${index} ${address}:${port}${how}`);
}

function haproxy(lines: (wanted: Wanted, folder: string) => readonly string[]): Balancer {
  const name = version();
  return {
    name,
    start: (wanted) =>
      startSubject({
        name,
        ...wanted,
        async args(folder) {
          const { certificate } = wanted;
          if (certificate) {
            await writeFile(join(folder, 'pair.pem'), certificate.certificate + certificate.key);
          }
          const file = join(folder, 'haproxy.cfg');
          await writeFile(file, `${globals}${lines(wanted, folder).join('\n')}\n`);
          return ['haproxy', '-db', '-q', '-f', file];
        },
      }),
  };
}
