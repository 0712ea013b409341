import type { HaproxyConfig, HaproxySettings } from '../../protocol/peers/haproxy.ts';

export const statsSocket = '/tmp/haproxy.sock';
export const stateFile = '/tmp/haproxy.state';
/** Two descriptors a connection, of the 20,000 that a container may have. */
const maxConnections = 8000;

const balance: Readonly<Record<HaproxySettings['algorithm'], string>> = {
  'round-robin': 'roundrobin',
  'least-connections': 'leastconn',
  random: 'random(1)',
  'two-choices': 'random(2)',
  'source-hash': 'source',
};

/** Pure: the settings in HAProxy's own language, version 2.6. A time-out that is not set is HAProxy's: none. */
export function haproxyCfg(listen: HaproxyConfig['listen'], settings: HaproxySettings): string {
  const { mode } = settings;
  const http = mode === 'http';
  const { address, port } = listen;
  return [
    'global',
    '  log stdout format raw daemon',
    `  stats socket ${statsSocket} mode 600 level admin expose-fd listeners`,
    `  server-state-file ${stateFile}`,
    `  maxconn ${maxConnections}`,
    '  nbthread 1',
    '',
    'defaults',
    `  mode ${mode}`,
    '  log global',
    http ? '  option httplog' : '  option tcplog',
    '  load-server-state-from-file global',
    `  retries ${settings.retries}`,
    ...(settings.redispatch ? ['  option redispatch'] : []),
    ...timeouts(settings),
    '',
    'frontend front',
    `  bind ${address}:${port}${settings.acceptProxy ? ' accept-proxy' : ''}`,
    ...(http
      ? ['  capture request header x-blindspot-client len 64', '  capture request header x-request-id len 64']
      : []),
    '  default_backend targets',
    '',
    'backend targets',
    `  balance ${balance[settings.algorithm]}`,
    ...(http && settings.forwardedFor === 'append' ? ['  option forwardfor'] : []),
    ...check(settings),
    `  default-server ${serverDefaults(settings).join(' ')}`,
    ...settings.targets.map(
      ({ id, address: host, port: on, weight, draining }) =>
        `  server ${id} ${host}:${on} weight ${draining ? 0 : weight}`,
    ),
    '',
  ].join('\n');
}

function timeouts(settings: HaproxySettings): readonly string[] {
  const limits = {
    connect: settings.connectTimeoutMs,
    client: settings.clientTimeoutMs,
    server: settings.serverTimeoutMs,
  };
  return Object.entries(limits).flatMap(([name, ms]) => (ms === 0 ? [] : [`  timeout ${name} ${whole(ms)}`]));
}

/** Without `option httpchk` a check only connects. `inter` covers a whole check unless `timeout check` says otherwise. */
function check({ healthCheck }: HaproxySettings): readonly string[] {
  const { protocol, intervalMs, timeoutMs } = healthCheck;
  if (protocol === 'none') return [];
  const limit = timeoutMs === intervalMs ? [] : [`  timeout check ${whole(timeoutMs)}`];
  if (protocol === 'tcp') return limit;
  if (protocol === 'redis') return [...limit, '  option redis-check'];
  if (protocol === 'postgres') return [...limit, '  option pgsql-check user postgres'];
  const { method, path, httpVersion, host, headers, successCodes, bodyMatch } = healthCheck;
  const all = { ...(host === null ? {} : { host }), ...headers };
  // What HAProxy does not send by itself, it does not send for an empty value either.
  const sent = Object.entries(all).filter(([, value]) => value !== '');
  const headerWords = sent.map(([name, value]) => ` hdr ${name} ${quoted(value)}`).join('');
  return [
    ...limit,
    '  option httpchk',
    `  http-check send meth ${method} uri ${quoted(path)} ver HTTP/${httpVersion}${headerWords}`,
    `  http-check expect status ${successCodes}`,
    ...(bodyMatch === null ? [] : [`  http-check expect rstring ${quoted(bodyMatch)}`]),
  ];
}

function serverDefaults(settings: HaproxySettings): readonly string[] {
  const { healthCheck, slowStartMs, whenUnhealthy, sendProxy } = settings;
  const { intervalMs, fastIntervalMs, healthyThreshold, unhealthyThreshold, port, protocol } = healthCheck;
  return [
    ...(protocol === 'none' ? [] : ['check']),
    `inter ${whole(intervalMs)}`,
    ...(fastIntervalMs > 0 ? [`fastinter ${whole(fastIntervalMs)}`] : []),
    `rise ${healthyThreshold}`,
    `fall ${unhealthyThreshold}`,
    ...(port === null ? [] : [`port ${port}`]),
    ...(slowStartMs > 0 ? [`slowstart ${whole(slowStartMs)}`] : []),
    ...(whenUnhealthy === 'reset' ? ['on-marked-down shutdown-sessions'] : []),
    ...(sendProxy === 'none' ? [] : [sendProxy === 'v1' ? 'send-proxy' : 'send-proxy-v2']),
  ];
}

/** Whole milliseconds, never none that was not asked for. */
function whole(ms: number): string {
  return `${Math.max(1, Math.round(ms))}ms`;
}

/** Strong quotes: nothing inside means anything but itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
