import type { AdminRoute } from '../lib/admin-route.ts';
import { PlainText } from '../lib/plain-text.ts';
import type { Json } from '../protocol/json.ts';
import type { RoutingStats } from '../protocol/l7/policy-stats.ts';
import type { BalancerStats, RequestCounts } from '../protocol/stats.ts';
import { limitsMs } from './duration-buckets.ts';
import type { DurationBuckets } from './duration-buckets.ts';

/** GET /metrics: the proxy's own counters as Prometheus reads them (text format 0.0.4). */
export function metricsRoute(stats: () => BalancerStats, durations: DurationBuckets): AdminRoute {
  return {
    method: 'GET',
    path: '/metrics',
    handle: () => new PlainText('text/plain; version=0.0.4', metricsText(stats(), durations)),
  };
}

type Labels = Readonly<Record<string, string>>;
type Row = readonly [labels: Labels, value: number];

export function metricsText(stats: BalancerStats, durations: DurationBuckets): string {
  const { requests, targets, connections, bytes } = stats;
  const all = Object.entries(targets);
  return [
    family('requests_total', 'counter', 'Requests answered, by status', statusRows(requests, {})),
    family('requests_in_flight', 'gauge', 'Requests under way', [[{}, requests?.inFlight ?? 0]]),
    family(
      'own_answers_total',
      'counter',
      'Answers of its own, and answers cut, by cause',
      byName(requests?.own, 'cause'),
    ),
    family('policy_answers_total', 'counter', 'Answers of policies', byName(requests?.byPolicy, 'policy')),
    family('hedges_total', 'counter', 'Second tries beside the first', byName(countsOf(requests), 'what')),
    family('client_connections_total', 'counter', 'Connections accepted', [[{}, connections.accepted]]),
    family('client_connections_open', 'gauge', 'Connections with clients', [[{}, connections.open]]),
    family('client_bytes_total', 'counter', 'Bytes of client connections', [
      [{ direction: 'received' }, bytes.received],
      [{ direction: 'sent' }, bytes.sent],
    ]),
    family(
      'target_up',
      'gauge',
      '1 while a target is healthy',
      all.map(([target, { state }]) => [{ target }, state === 'healthy' ? 1 : 0]),
    ),
    family(
      'target_requests_total',
      'counter',
      'Answers of targets, by status',
      all.flatMap(([target, one]) => statusRows(one.requests, { target })),
    ),
    family(
      'target_connections_open',
      'gauge',
      'Connections to targets',
      all.map(([target, one]) => [{ target }, one.connections.open]),
    ),
    family(
      'target_queue',
      'gauge',
      'Requests waiting for a connection',
      all.map(([target, { pool }]) => [{ target }, pool?.queued ?? 0]),
    ),
    ...routeFamilies(stats.policies?.routing),
    histogram('request_duration_seconds', 'From the head of a request to the end of its answer', [
      [{}, durations.view()],
    ]),
  ].join('');
}

function family(name: string, type: string, help: string, rows: readonly Row[]): string {
  const lines = rows.map(([labels, value]) => `blindspot_${name}${labelled(labels)} ${value}\n`);
  return lines.length === 0
    ? ''
    : `# HELP blindspot_${name} ${help}\n# TYPE blindspot_${name} ${type}\n${lines.join('')}`;
}

type Durations = ReturnType<DurationBuckets['view']>;

function histogram(name: string, help: string, rows: readonly (readonly [Labels, Durations])[]): string {
  if (rows.length === 0) return '';
  const lines = rows.flatMap(([labels, { counts, sumMs }]) => {
    let below = 0;
    const buckets = counts.map((count, index) => {
      below += count;
      const limit = limitsMs[index];
      const le = limit === undefined ? '+Inf' : String(limit / 1000);
      return `blindspot_${name}_bucket${labelled({ ...labels, le })} ${below}\n`;
    });
    const of = labelled(labels);
    return [
      ...buckets,
      `blindspot_${name}_sum${of} ${sumMs / 1000}\n`,
      `blindspot_${name}_count${of} ${below}\n`,
    ];
  });
  return `# HELP blindspot_${name} ${help}\n# TYPE blindspot_${name} histogram\n${lines.join('')}`;
}

/** What each route did, and how long its requests took. */
function routeFamilies(routing: Json | undefined): readonly string[] {
  const routes = Object.entries((routing as unknown as RoutingStats | undefined)?.routes ?? {});
  return [
    family(
      'route_requests_total',
      'counter',
      'Requests of a route, by the status that clients got',
      routes.flatMap(([route, { byStatus }]) =>
        Object.entries(byStatus).map(([status, count]): Row => [{ route, status }, count]),
      ),
    ),
    histogram(
      'route_duration_seconds',
      'The same of the requests of one route',
      routes.map(([route, { durations }]) => [{ route }, durations] as const),
    ),
  ];
}

function statusRows(counts: RequestCounts | null, labels: Labels): Row[] {
  return Object.entries(counts?.byStatus ?? {}).map(([status, count]) => [{ ...labels, status }, count]);
}

function countsOf(requests: BalancerStats['requests']): Readonly<Record<string, number>> {
  return { ...requests?.hedges };
}

function byName(counts: Readonly<Record<string, number>> | undefined, label: string): Row[] {
  return Object.entries(counts ?? {}).map(([name, count]) => [{ [label]: name }, count]);
}

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
