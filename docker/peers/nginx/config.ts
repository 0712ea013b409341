import type { NginxConfig, NginxSettings } from '../../protocol/peers/nginx.ts';

export const accessLog = '/tmp/nginx-access';
export const statusSocket = '/tmp/nginx-status.sock';
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';
const connectionsEach = 4096;

const choice: Readonly<Record<NginxSettings['algorithm'], readonly string[]>> = {
  'weighted-round-robin': [],
  'least-connections': ['least_conn'],
  random: ['random'],
  'two-choices': ['random two least_conn'],
  'source-hash': ['hash $remote_addr'],
};

/** One line a request or session: what it was, and, for each target that was tried, how that went. */
const httpFields =
  '"client":"$http_x_blindspot_client","id":"$http_x_request_id","status":$status,"request":"$request",' +
  '"sent":$bytes_sent,"ms":$request_time,"targets":"$upstream_addr","heads":"$upstream_header_time",' +
  '"connects":"$upstream_connect_time","received":$request_length,' +
  '"toTargets":"$upstream_bytes_sent","fromTargets":"$upstream_bytes_received"';
const streamFields =
  '"client":"","id":"","status":$status,"request":"","sent":$bytes_sent,"ms":$session_time,' +
  '"targets":"$upstream_addr","heads":"$upstream_first_byte_time","connects":"$upstream_connect_time",' +
  '"received":$bytes_received,"toTargets":"$upstream_bytes_sent","fromTargets":"$upstream_bytes_received"';

/** Pure: the settings in NGINX's own language, version 1.22. What is not said is NGINX's default. */
export function nginxConf(listen: NginxConfig['listen'], settings: NginxSettings): string {
  const http = settings.mode === 'http';
  return [
    `load_module ${streamModule};`,
    'worker_processes 1;',
    'daemon off;',
    'pid /tmp/nginx.pid;',
    // "upstream server temporarily disabled" is a warning: it is how this NGINX says that it lets a target go.
    'error_log stderr warn;',
    `events { worker_connections ${connectionsEach}; }`,
    '',
    'http {',
    ...temporary.map((name) => `  ${name}_temp_path /tmp/nginx-${name};`),
    // How many connections there are and were, at both layers, is counted in one place.
    '  access_log off;',
    `  server { listen unix:${statusSocket}; location = / { stub_status; } }`,
    ...(http ? httpServer(listen, settings) : []),
    '}',
    ...(http ? [] : ['', 'stream {', ...streamServer(listen, settings), '}']),
    '',
  ].join('\n');
}

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

function httpServer({ address, port }: NginxConfig['listen'], settings: NginxSettings): readonly string[] {
  const { poolSize } = settings;
  return [
    `  log_format seen escape=json '{${httpFields}}';`,
    ...upstream(settings, poolSize > 0 ? [`keepalive ${poolSize}`] : []),
    '  server {',
    `    listen ${address}:${port};`,
    `    access_log ${accessLog} seen;`,
    '    location / {',
    '      proxy_pass http://targets;',
    `      proxy_next_upstream ${settings.nextUpstream};`,
    `      proxy_connect_timeout ${seconds(settings.connectTimeoutMs)};`,
    `      proxy_read_timeout ${seconds(settings.responseTimeoutMs)};`,
    // To keep connections to targets takes HTTP/1.1 and no "Connection: close", both of which this version leaves to you.
    ...(poolSize > 0 ? ['      proxy_http_version 1.1;', "      proxy_set_header Connection '';"] : []),
    ...(settings.forwardedFor === 'append'
      ? ['      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;']
      : []),
    '    }',
    '  }',
  ];
}

function streamServer({ address, port }: NginxConfig['listen'], settings: NginxSettings): readonly string[] {
  return [
    `  log_format seen escape=json '{${streamFields}}';`,
    ...upstream(settings, []),
    '  server {',
    `    listen ${address}:${port};`,
    `    access_log ${accessLog} seen;`,
    '    proxy_pass targets;',
    `    proxy_connect_timeout ${seconds(settings.connectTimeoutMs)};`,
    `    proxy_timeout ${seconds(settings.idleTimeoutMs)};`,
    '  }',
  ];
}

function upstream(settings: NginxSettings, more: readonly string[]): readonly string[] {
  const { consecutiveErrors, ejectMs } = settings.passive;
  return [
    '  upstream targets {',
    ...[...choice[settings.algorithm], ...more].map((line) => `    ${line};`),
    ...settings.targets.map(({ address, port, weight, draining }) => {
      const rest = draining || weight === 0 ? ' down' : ` weight=${weight}`;
      return `    server ${address}:${port}${rest} max_fails=${consecutiveErrors} fail_timeout=${ejectMs / 1000}s;`;
    }),
    '  }',
  ];
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms))}ms`;
}
