//  client request --head--> [pick, own headers] --head--> target      bodies are piped both ways, with backpressure
//  client <--head, body-- [hop-by-hop stripped | own answer] <-- target
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Group } from '../balancing/group.ts';
import type { Held, Member } from '../balancing/member.ts';
import { matchesCode } from '../balancing/status-codes.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import { serverHeader } from '../protocol/common.ts';
import type { Cause, Stage } from './failure.ts';
import { causeOf, statusFor } from './failure.ts';
import { flowOf } from './flow-key.ts';
import { toTarget, withoutHopByHop } from './headers.ts';
import type { Upstream } from './upstream.ts';

export interface ExchangeDeps {
  readonly group: Group;
  settings(): L7Settings;
  upstream(member: Member): Upstream;
  onTargetStart(member: Member): void;
  onTargetEnd(member: Member, status: number | null): void;
  onEnd(end: ExchangeEnd): void;
}

/** How it went, all told. */
export interface ExchangeEnd {
  readonly member: Member | null;
  /** The status that the client got; null when it got none. */
  readonly status: number | null;
  /** The status that the target gave; null when it gave none. */
  readonly targetStatus: number | null;
  readonly cause: Cause | null;
  readonly stage: Stage;
  readonly server: string | null;
  /** From sending to the target to its first header byte. */
  readonly serviceMs: number;
}

/** One request from its head to the last byte of its answer, over as many targets as connecting takes. */
export function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  requestId: string,
  deps: ExchangeDeps,
): void {
  const { group } = deps;
  const settings = deps.settings();
  const flow = flowOf(incoming.socket);
  const client = { address: flow.sourceAddress, localPort: flow.destinationPort, requestId };
  const headers = toTarget(incoming.rawHeaders, client, settings.forwardedFor);
  const tried = new Set<Member>();
  let member: Member | null = null;
  let upstream: ClientRequest | null = null;
  let stage: Stage = 'connecting';
  let sentAt = performance.now();
  let serviceMs = 0;
  let targetStatus: number | null = null;
  let server: string | null = null;
  let over = false;

  const held: Held = {
    letGo: () => fail('let-go'),
  };

  const release = (ok: boolean) => {
    if (member === null) return;
    member.active -= 1;
    member.held.delete(held);
    deps.onTargetEnd(member, ok ? targetStatus : null);
  };

  const end = (cause: Cause | null, status: number | null) => {
    over = true;
    release(cause === null);
    // Neither a client that left nor our own decision says anything about the target.
    if (member !== null && cause !== 'client-gone' && cause !== 'let-go') {
      const bad = cause !== null || isErrorStatus(targetStatus, settings);
      group.observe(member, { ok: !bad, latencyMs: serviceMs });
    }
    deps.onEnd({ member, status, targetStatus, cause, stage, server, serviceMs });
  };

  const fail = (cause: Cause) => {
    if (over) return;
    const begun = outgoing.headersSent;
    const status = begun ? targetStatus : statusFor(cause, settings);
    end(cause, status);
    upstream?.destroy();
    // A response that has begun can only be cut: the client must not take it for a whole one.
    if (begun) outgoing.destroy();
    else ownAnswer(outgoing, status ?? 502, cause);
  };

  const retryOr = (cause: Cause) => {
    if (over || member === null) return;
    const failed = member;
    tried.add(failed);
    // Nothing was sent before the connection stood: another target is always safe (lb-spec 10.4).
    const another = tried.size <= settings.connectRetries ? group.pick(flow, tried) : null;
    if (another === null) {
      fail(cause);
      return;
    }
    release(false);
    group.observe(failed, { ok: false, latencyMs: null });
    begin(another);
  };

  const begin = (to: Member) => {
    member = to;
    to.active += 1;
    to.held.add(held);
    deps.onTargetStart(to);
    upstream = ask(to);
  };

  const ask = (to: Member): ClientRequest => {
    stage = 'connecting';
    const asked = request({
      agent: deps.upstream(to).agent,
      host: to.target.address,
      port: to.target.port,
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers,
      setHost: false,
    });
    let timer: NodeJS.Timeout | undefined;
    const connected = () => {
      clearTimeout(timer);
      stage = 'waiting';
      sentAt = performance.now();
      asked.setTimeout(settings.responseTimeoutMs, () => fail('response-timeout'));
      incoming.pipe(asked);
    };
    asked.on('socket', (socket) => {
      if (!socket.connecting) {
        connected();
        return;
      }
      timer = setTimeout(() => {
        asked.destroy();
        retryOr('connect-timeout');
      }, settings.connectTimeoutMs);
      socket.once('connect', connected);
    });
    asked.on('error', (error) => {
      clearTimeout(timer);
      if (asked !== upstream) return;
      const cause = causeOf(error, stage);
      if (stage === 'connecting') retryOr(cause);
      else fail(cause);
    });
    asked.on('response', answer);
    return asked;
  };

  const answer = (response: IncomingMessage) => {
    if (over) return;
    stage = 'answering';
    serviceMs = performance.now() - sentAt;
    targetStatus = response.statusCode ?? 0;
    const named = response.headers[serverHeader];
    server = typeof named === 'string' ? named : null;
    outgoing.writeHead(targetStatus, response.statusMessage ?? '', withoutHopByHop(response.rawHeaders));
    response.on('error', (error) => fail(causeOf(error, stage)));
    response.on('end', () => {
      if (response.rawTrailers.length > 0) outgoing.addTrailers(response.trailers);
    });
    response.pipe(outgoing);
  };

  outgoing.on('close', () => {
    if (over) return;
    if (outgoing.writableFinished) end(null, targetStatus);
    else {
      end('client-gone', outgoing.headersSent ? targetStatus : null);
      upstream?.destroy();
    }
  });
  const first = group.pick(flow);
  if (first === null) fail('no-target');
  else begin(first);
}

function isErrorStatus(status: number | null, settings: L7Settings): boolean {
  return status !== null && matchesCode(settings.passive.errorStatuses, status);
}

function ownAnswer(outgoing: ServerResponse, status: number, cause: Cause): void {
  const text = `${status}: the proxy answers, not a target (${cause})\n`;
  outgoing.writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) });
  outgoing.end(text);
}
