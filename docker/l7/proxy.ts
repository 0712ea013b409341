//  client --> listener > front --Incoming--> exchange > back --> target
import { isDeepStrictEqual } from 'node:util';
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import { createFront } from '../lib/tls/front.ts';
import type { Front } from '../lib/tls/front.ts';
import type { RequestRing } from '../lib/request-ring.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import { requestIdHeader } from '../protocol/common.ts';
import type { Listen } from '../protocol/common.ts';
import type { RequestRecord } from '../protocol/events.ts';
import type { Identity } from '../protocol/tls.ts';
import { accessLogForms } from './access-log/form.ts';
import type { PoolView } from './back.ts';
import { createBacks } from './backs.ts';
import { createDurationBuckets } from './duration-buckets.ts';
import type { DurationBuckets } from './duration-buckets.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeDeps } from './exchange.ts';
import type { ExchangeEnd } from './exchange-end.ts';
import type { Incoming } from './front.ts';
import { fieldValue } from './message.ts';
import type { Desync } from './http1/desync.ts';
import type { Problem } from './http1/problem.ts';
import { serveHttp2 } from './http2/client-session.ts';
import type { Http2FrontDeps } from './http2/client-session.ts';
import { createListener } from './listener.ts';
import type { MakeFront } from './listener.ts';
import { askOnOwnAccount } from './own-account.ts';
import { createPipeline } from './policies/pipeline.ts';
import type { Pipeline } from './policies/pipeline.ts';
import type { PolicyKind } from './policies/policy-kind.ts';
import type { Peer, Services } from './policies/policy.ts';
import { createSecureTargets } from './target-tls.ts';
import type { SecureTargets } from './target-tls.ts';
import { requestIds } from './request-id.ts';
import { createRequestCounter } from './request-counts.ts';
import type { RequestCounter } from './request-counts.ts';
import { createHedging } from './hedging.ts';
import type { Hedging } from './hedging.ts';
import { createRetryBudget } from './retry.ts';

export interface ProxyDeps {
  readonly group: Group;
  /** What policies may use. */
  readonly services: Omit<Services, 'ask' | 'group'>;
  /** All there are, unless said otherwise. */
  readonly policies?: readonly PolicyKind[];
  readonly records: RequestRing;
  readonly identity?: Identity | undefined;
  settings(): L7Settings;
  /** Access log lines go here. */
  log(line: string): void;
}

export interface Proxy {
  readonly connections: { accepted: number; open: number; refused: number; failed: number };
  readonly requests: RequestCounter;
  /** Answers of our own and answers cut short, by cause. */
  readonly own: Readonly<Record<string, number>>;
  /** Answers of policies, by policy. */
  readonly byPolicy: Readonly<Record<string, number>>;
  readonly pipeline: Pipeline;
  readonly durations: DurationBuckets;
  readonly hedging: Pick<Hedging, 'view'>;
  /** The side that ends TLS; null where it holds no certificate. */
  readonly front: Front | null;
  readonly secureTargets: SecureTargets;
  pool(member: Member): PoolView | null;
  targetRequests(member: Member): RequestCounter;
  /** Bytes of client connections so far, those still open included; counts the targets' too. */
  bytes(): { received: number; sent: number };
  listen(place: Listen): Promise<number>;
  /** Before they are in force: what has to be opened for them is. */
  prepare(next: L7Settings): Promise<void>;
  settingsChanged(): void;
  /** What is under way may finish within the grace; without one everything is cut at once. */
  close(graceMs?: number): Promise<void>;
}

export function createProxy(deps: ProxyDeps): Proxy {
  const { group, records, settings, log } = deps;
  let failed = 0;
  const requests = createRequestCounter();
  const own: Record<string, number> = {};
  const byPolicy: Record<string, number> = {};
  const secureTargets = createSecureTargets(() => settings().targetTls, deps.identity);
  const backs = createBacks(settings, secureTargets);
  const budget = createRetryBudget();
  const hedging = createHedging();
  const durations = createDurationBuckets();
  const perTarget = new Map<string, RequestCounter>();
  const newId = requestIds();

  const targetRequests = (member: Member): RequestCounter => {
    let found = perTarget.get(member.id);
    if (found === undefined) perTarget.set(member.id, (found = createRequestCounter()));
    return found;
  };

  const note = (cause: string) => {
    own[cause] = (own[cause] ?? 0) + 1;
  };

  const around: Omit<ExchangeDeps, 'pipeline' | 'onEnd'> = {
    budget,
    hedging,
    settings,
    group,
    back: backs.of,
    underWay: () => requests.view().inFlight,
    onTargetStart: (member) => targetRequests(member).start(),
    onTargetEnd: (member, status) => targetRequests(member).end(status),
  };
  const services: Services = {
    ...deps.services,
    group,
    ask: (request) => askOnOwnAccount(request, around),
  };
  const pipeline = createPipeline(settings(), services, deps.policies);

  const onEnd = (end: ExchangeEnd) => {
    const { call, cause, status, began } = end;
    const cut = cause !== null && cause !== 'policy' && end.begun;
    requests.end(cut || cause === 'client-gone' ? null : status);
    if (cause !== null) note(cause);
    if (cause === 'policy' && end.by !== null) byPolicy[end.by] = (byPolicy[end.by] ?? 0) + 1;
    if (cause === 'refused' || cause === 'connect-timeout') failed += 1;
    const latencyMs = performance.now() - began;
    durations.record(latencyMs);
    if (call.awaited) {
      call.ended({
        status,
        targetStatus: end.targetStatus,
        target: call.target,
        cause: cause === 'policy' ? null : cause,
        latencyMs,
      });
    }
    records.record(call.id, () => recordOf(end, latencyMs));
    const { accessLog, accessLogForm } = settings();
    if (!accessLog) return;
    const toTargetMs = end.sentAt === null ? null : end.sentAt - began;
    log(accessLogForms[accessLogForm].request(placeOf(call.peer), end, { latencyMs, toTargetMs }));
  };
  const served: ExchangeDeps = { ...around, pipeline, onEnd };

  const serve = (incoming: Incoming) => {
    const id = fieldValue(incoming.head.fields, requestIdHeader) ?? newId();
    requests.start();
    new Exchange(incoming, id, Date.now(), served).start();
  };

  /** Bytes that did not become a request were received, and answered, all the same. */
  const refused = (problem: Problem, peer: Peer, desync: Desync) => {
    requests.start();
    requests.end(problem.status);
    note(
      problem.status === 408 ? 'request-timeout' : tooLarge.has(problem.status) ? 'too-large' : 'bad-request',
    );
    const { accessLog, accessLogForm } = settings();
    if (accessLog) log(accessLogForms[accessLogForm].refusal(placeOf(peer), problem, desync));
  };

  const http2: Http2FrontDeps = {
    settings,
    serve,
    refused: (problem, peer) => refused(problem, peer, { kind: 'Severe', reasons: [problem.reason] }),
  };
  const protocols = () => (settings().http2.enabled ? ['h2', 'http/1.1'] : ['http/1.1']);
  const listener = createListener(
    {
      settings,
      serve,
      refused,
      secured: () => settings().tls.on,
      http2: () => settings().http2.enabled,
      serveHttp2: (socket, peer, said) => serveHttp2(socket, peer, said, http2),
    },
    (secured) => frontOf(deps.identity, protocols, secured),
  );

  let configured: unknown = null;
  const configureFront = () => {
    const tls = { ...settings().tls, on: endsTls(settings()) };
    const next = [tls, protocols()];
    if (isDeepStrictEqual(next, configured)) return;
    configured = next;
    listener.front?.configure(tls);
  };
  configureFront();

  const settingsChanged = () => {
    pipeline.update(settings());
    configureFront();
    listener.more.keep(settings().ports);
    backs.settingsChanged(group.members);
  };

  return {
    get connections() {
      return { ...listener.connections, refused: 0, failed };
    },
    requests,
    own,
    byPolicy,
    durations,
    hedging,
    pipeline,
    front: listener.front,
    secureTargets,
    targetRequests,
    pool: (member) => backs.known(member)?.view() ?? null,
    bytes() {
      backs.count();
      return listener.bytes();
    },
    async listen(place) {
      const port = await listener.listen(place);
      await listener.more.open(settings().ports);
      return port;
    },
    prepare: (next) => listener.more.open(next.ports),
    settingsChanged,
    async close(graceMs = 0) {
      const closed = listener.close(graceMs);
      if (graceMs > 0) await closed;
      backs.close();
      pipeline.dispose();
      await closed;
    },
  };
}

function frontOf(
  identity: Identity | undefined,
  alpn: () => readonly string[],
  secured: Parameters<MakeFront>[0],
): Front | null {
  if (identity === undefined || identity.certificates.length === 0) return null;
  return createFront({ identity, alpn, secured });
}

/** On its own port, or on another. */
export function endsTls({ tls, ports }: Pick<L7Settings, 'tls' | 'ports'>): boolean {
  return tls.on || ports.some((one) => one.tls);
}

const tooLarge: ReadonlySet<number> = new Set([413, 414, 431]);

function placeOf({ address, port }: Peer): string {
  return `${address}:${port}`;
}

function recordOf(end: ExchangeEnd, latencyMs: number): RequestRecord {
  const { call, cause, status } = end;
  const answered = cause === null || cause === 'policy';
  return {
    id: call.id,
    at: call.at,
    connection: placeOf(call.peer),
    user: fieldValue(call.received.fields, 'x-blindspot-user') ?? '',
    method: call.received.method,
    path: call.received.target,
    outcome: answered ? String(status) : cause,
    ok: answered && status !== null && status < 400,
    latencyMs,
    serviceMs: end.serviceMs,
    ...(call.peer.tls === null ? {} : { tls: call.peer.tls }),
    ...(end.targetTls === null ? {} : { targetTls: end.targetTls }),
    server: end.server ?? end.member?.id ?? null,
    ...(call.reasons.length === 0 ? {} : { why: call.reasons }),
  };
}
