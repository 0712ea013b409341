//  client --http/1.1--> [front > exchange] --kept connections--> target
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { RequestRing } from '../lib/request-ring.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import { requestIdHeader } from '../protocol/common.ts';
import type { RequestRecord } from '../protocol/events.ts';
import { accessLogLine } from './access-log.ts';
import { askOnOwnAccount } from './own-account.ts';
import type { Back, PoolView } from './back.ts';
import { exchange } from './exchange.ts';
import type { ExchangeDeps, ExchangeEnd } from './exchange.ts';
import type { Incoming } from './front.ts';
import { fieldValue } from './message.ts';
import { createNodeBack } from './node-back.ts';
import { incomingOf } from './node-front.ts';
import { createPipeline } from './policies/pipeline.ts';
import type { Pipeline } from './policies/pipeline.ts';
import type { PolicyKind } from './policies/policy-kind.ts';
import type { Services } from './policies/policy.ts';
import { createRequestCounter } from './request-counts.ts';
import type { RequestCounter } from './request-counts.ts';
import { createRetryBudget } from './retry.ts';

const backlog = 4096;

export interface ProxyDeps {
  readonly group: Group;
  /** What policies may use. */
  readonly services: Omit<Services, 'ask' | 'group'>;
  /** All there are, unless said otherwise. */
  readonly policies?: readonly PolicyKind[];
  readonly records: RequestRing;
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
  pool(member: Member): PoolView | null;
  targetRequests(member: Member): RequestCounter;
  /** Bytes of client connections so far, those still open included; counts the targets' too. */
  bytes(): { received: number; sent: number };
  listen(place: { readonly address: string; readonly port: number }): Promise<number>;
  settingsChanged(): void;
  close(): Promise<void>;
}

export function createProxy(deps: ProxyDeps): Proxy {
  const { group, records, settings, log } = deps;
  const connections = { accepted: 0, open: 0, refused: 0, failed: 0 };
  const closedBytes = { received: 0, sent: 0 };
  const clients = new Set<Socket>();
  const requests = createRequestCounter();
  const own: Record<string, number> = {};
  const byPolicy: Record<string, number> = {};
  const backs = new Map<Member, Back>();
  const budget = createRetryBudget();
  const perTarget = new Map<string, RequestCounter>();

  const back = (member: Member): Back => {
    let found = backs.get(member);
    if (found === undefined) backs.set(member, (found = createNodeBack(member, settings)));
    return found;
  };

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
    settings,
    group,
    back,
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

  const serve = (incoming: Incoming) => {
    const at = Date.now();
    const began = performance.now();
    const id = fieldValue(incoming.head.fields, requestIdHeader) ?? randomUUID();
    const connection = `${incoming.peer.address}:${incoming.peer.port}`;
    requests.start();
    exchange(incoming, id, at, {
      ...around,
      pipeline,
      onEnd(end) {
        const { call, cause, status } = end;
        const cut = cause !== null && cause !== 'policy' && end.begun;
        requests.end(cut || cause === 'client-gone' ? null : status);
        if (cause !== null) note(cause);
        if (cause === 'policy' && end.by !== null) byPolicy[end.by] = (byPolicy[end.by] ?? 0) + 1;
        if (cause !== null && end.stage === 'connecting' && end.member !== null) connections.failed += 1;
        const latencyMs = performance.now() - began;
        call.ended({
          status,
          targetStatus: end.targetStatus,
          target: call.target,
          cause: cause === 'policy' ? null : cause,
          latencyMs,
        });
        records.record(id, () => recordOf(connection, end, latencyMs));
        if (settings().accessLog) log(accessLogLine(connection, end, latencyMs));
      },
    });
  };

  const server = createServer({ noDelay: true, requestTimeout: 0 }, (request, response) =>
    serve(incomingOf(request, response)),
  );

  server.on('connection', (socket: Socket) => {
    connections.accepted += 1;
    connections.open += 1;
    clients.add(socket);
    socket.on('close', () => {
      connections.open -= 1;
      clients.delete(socket);
      closedBytes.received += socket.bytesRead;
      closedBytes.sent += socket.bytesWritten;
    });
  });
  // What llhttp refuses never becomes a request; the client still gets an answer, and the connection ends.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    note('bad-request');
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  const settingsChanged = () => {
    server.keepAliveTimeout = settings().keepAliveMs;
    pipeline.update(settings());
    const current = new Set(group.members);
    for (const [member, kept] of backs) {
      kept.settingsChanged();
      // Its exchanges keep their connections until they end; nothing is kept open for later.
      if (!current.has(member) && member.held.size === 0) {
        kept.close();
        backs.delete(member);
      }
    }
  };
  server.keepAliveTimeout = settings().keepAliveMs;

  return {
    connections,
    requests,
    own,
    byPolicy,
    pipeline,
    targetRequests,
    pool: (member) => backs.get(member)?.view() ?? null,
    bytes() {
      for (const kept of backs.values()) kept.count();
      const sum = { ...closedBytes };
      for (const socket of clients) {
        sum.received += socket.bytesRead;
        sum.sent += socket.bytesWritten;
      }
      return sum;
    },
    listen: ({ address, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: address, port, backlog }, () => {
          server.off('error', reject);
          const bound = server.address();
          resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
        });
      }),
    settingsChanged,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const kept of backs.values()) kept.close();
        pipeline.dispose();
      }),
  };
}

function recordOf(connection: string, end: ExchangeEnd, latencyMs: number): RequestRecord {
  const { call, cause, status } = end;
  const answered = cause === null || cause === 'policy';
  return {
    id: call.id,
    at: call.at,
    connection,
    user: fieldValue(call.received.fields, 'x-blindspot-user') ?? '',
    method: call.received.method,
    path: call.received.target,
    outcome: answered ? String(status) : cause,
    ok: answered && status !== null && status < 400,
    latencyMs,
    serviceMs: end.serviceMs,
    server: end.server ?? end.member?.id ?? null,
    ...(call.reasons.length === 0 ? {} : { why: call.reasons }),
  };
}
