//  front --head--> [policies > pick > forTarget] --head--> back      bodies flow both ways, each with backpressure
//  front <--head, body-- [policies | own answer] <-- back
import type { Group } from '../balancing/group.ts';
import type { Held, Member } from '../balancing/member.ts';
import { matchesCode } from '../balancing/status-codes.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import { serverHeader } from '../protocol/common.ts';
import type { Attempt, Back, BackListener, Harm } from './back.ts';
import { createCall } from './call.ts';
import type { OwnCall } from './call.ts';
import { giveBack, takeDeadline } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import type { Cause, Stage } from './failure.ts';
import { statusFor } from './failure.ts';
import { flowOf } from './front.ts';
import type { Incoming } from './front.ts';
import { forTarget } from './headers.ts';
import type { Desync } from './http1/desync.ts';
import { fieldValue, withoutFields } from './message.ts';
import type { Pipeline, Verdict } from './policies/pipeline.ts';
import type { Answer } from './policies/policy.ts';
import { createRequestBody } from './request-body.ts';
import { nextTry } from './retry.ts';
import type { RetryBudget } from './retry.ts';
import type { ResponseSink, Sink } from './sink.ts';

export interface ExchangeDeps {
  readonly pipeline: Pick<Pipeline, 'run'>;
  readonly budget: RetryBudget;
  settings(): L7Settings;
  readonly group: Group;
  back(member: Member): Back;
  underWay(): number;
  onTargetStart(member: Member): void;
  onTargetEnd(member: Member, status: number | null): void;
  onEnd(end: ExchangeEnd): void;
}

/** How it went, all told. */
export interface ExchangeEnd {
  readonly call: OwnCall;
  /** How ALB would class the request; null where there is nothing to class. */
  readonly desync: Desync | null;
  readonly member: Member | null;
  /** The status that the client got; null when it got none. */
  readonly status: number | null;
  /** The status that the target gave; null when it gave none. */
  readonly targetStatus: number | null;
  readonly cause: Cause | null;
  /** The policy that answered. */
  readonly by: string | null;
  readonly stage: Stage;
  /** The answer had begun when it ended: what was not whole was cut. */
  readonly begun: boolean;
  readonly server: string | null;
  /** From sending to the target to its first header byte. */
  readonly serviceMs: number;
  /** When the last target was sent the request, on performance's clock; null where none was. */
  readonly sentAt: number | null;
  /** From that header byte to the client's; 0 unless the access log's form has it. */
  readonly relayMs: number;
  /** Of bodies, to the target and to the client; 0 unless the access log's form has them. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Of the last connection to a target; null in the clear, or where none stood. */
  readonly targetTls: TlsFacts | null;
}

/** One request from its head to the last byte of its answer, over as many targets as it takes. */
export function exchange(incoming: Incoming, requestId: string, at: number, deps: ExchangeDeps): void {
  const { group } = deps;
  const settings = deps.settings();
  const keep = Math.max(settings.retry.tries > 0 || settings.retry.stale ? settings.retry.bodyBytes : 0, 0);
  const body = createRequestBody(incoming, keep);
  const call = createCall(requestId, at, incoming, read);
  let unreachable: Set<Member> | null = null;
  let member: Member | null = null;
  let attempt: Attempt | null = null;
  let stage: Stage = 'connecting';
  let sentAt = 0;
  let serviceMs = 0;
  let relayMs = 0;
  let receivedBytes = 0;
  let sentBytes = 0;
  let targetTls: TlsFacts | null = null;
  let targetStatus: number | null = null;
  let server: string | null = null;
  let by: string | null = null;
  let unreached = 0;
  let repeated = 0;
  let budgeted = false;
  let begun = false;
  let sentStatus: number | null = null;
  let over = false;
  let silence: Deadline | null = null;
  let perTry: NodeJS.Timeout | null = null;

  const held: Held = { letGo: () => fail('let-go') };
  // Forms that say how many bytes there were have them counted; the others cost nothing.
  const counted = settings.accessLog && settings.accessLogForm !== 'json';
  const counting: Partial<ResponseSink> = counted
    ? {
        write(chunk) {
          sentBytes += chunk.length;
          return incoming.respond.write(chunk);
        },
      }
    : {};
  const client: ResponseSink = {
    ...incoming.respond,
    ...counting,
    head(head) {
      begun = true;
      sentStatus = head.status;
      incoming.respond.head(head);
    },
  };
  let answer = client;

  function read(maxBytes: number) {
    // Whoever wants the body before the target has it must ask for it in the target's place.
    if (incoming.expectsContinue && !begun) {
      incoming.respond.informational({ status: 100, fields: [] });
      call.head = { ...call.head, fields: withoutFields(call.head.fields, ['expect']) };
    }
    return body.read(maxBytes);
  }

  const pool = () => call.pool ?? group;
  const flow = () => flowOf(incoming.peer, call.hashKey);

  const stopTimers = () => {
    if (silence !== null) giveBack(silence);
    if (perTry !== null) clearTimeout(perTry);
    silence = perTry = null;
  };

  const release = (ok: boolean) => {
    stopTimers();
    if (member === null) return;
    member.active -= 1;
    member.held.delete(held);
    deps.onTargetEnd(member, ok ? targetStatus : null);
  };

  const cancel = () => {
    attempt?.cancel();
    attempt = null;
  };

  const end = (cause: Cause | null, status: number | null) => {
    if (over) return;
    over = true;
    const whole = cause === null || cause === 'policy';
    release(whole);
    // Neither a client that left nor our own decision says anything about the target.
    if (member !== null && cause !== 'client-gone' && cause !== 'let-go' && cause !== 'policy') {
      const bad = cause !== null || isErrorStatus(targetStatus, settings);
      group.observe(member, { ok: !bad, latencyMs: serviceMs });
    }
    if (budgeted) deps.budget.giveBack();
    body.detach();
    cancel();
    const { desync } = incoming;
    deps.onEnd({
      call,
      desync,
      member,
      status,
      targetStatus,
      cause,
      by,
      stage,
      begun,
      server,
      serviceMs,
      sentAt: sentAt === 0 ? null : sentAt,
      relayMs,
      receivedBytes,
      sentBytes,
      targetTls,
    });
  };

  const fail = (cause: Cause) => {
    if (over) return;
    if (begun) {
      // A response that has begun can only be cut: the client must not take it for a whole one.
      end(cause, sentStatus);
      incoming.respond.abort();
      return;
    }
    const rescued = call.rescued(cause);
    cancel();
    if (rescued !== null) {
      by = rescued.by;
      give(rescued.answer);
      return;
    }
    const status = statusFor(cause, settings);
    end(cause, status);
    give(ownAnswer(status, cause));
  };

  const give = ({ status, fields, body: content }: Answer) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const own = call.wrappedResponse(client);
    own.head({ status, fields: [...fields, ['content-length', String(bytes.length)]] });
    if (bytes.length > 0 && call.received.method !== 'HEAD') own.write(bytes);
    own.end([]);
  };

  const retryOr = (cause: Cause | '5xx', harm: Harm): boolean => {
    if (member === null) return false;
    const failed = member;
    if (harm === 'unsent') unreached += 1;
    const next = nextTry(
      {
        cause,
        harm,
        method: call.head.method,
        replayable: body.replayable(),
        repeated,
        unreached,
      },
      settings,
    );
    if (next === null) return false;
    if (harm === 'unsent') {
      if (next === 'same') return again(failed);
      (unreachable ??= new Set()).add(failed);
    }
    const other = next === 'same' ? failed : pool().pick(flow(), new Set([...(unreachable ?? []), failed]));
    // One that said no to this stream may take the next.
    const another = other ?? (harm === 'refused' ? failed : null);
    if (another === null) return false;
    // What was certainly not done costs nobody anything to do again.
    if (harm === 'maybe' && !budgeted) {
      budgeted = deps.budget.take(deps.underWay(), settings.retry);
      if (!budgeted) return false;
    }
    if (harm !== 'unsent') repeated += 1;
    cancel();
    release(false);
    if (harm === 'unsent' || harm === 'maybe') group.observe(failed, { ok: false, latencyMs: null });
    call.why('retry', `${cause} at ${failed.id}, sent to ${another.id}`);
    begin(another, harm === 'stale');
    return true;
  };

  /** It stays that target's request while it waits. */
  const again = (failed: Member): true => {
    cancel();
    stopTimers();
    group.observe(failed, { ok: false, latencyMs: null });
    call.why('retry', `not reached: ${failed.id}, sent to it again`);
    perTry = setTimeout(() => {
      release(false);
      begin(failed, false);
    }, settings.connectRetryWaitMs);
    return true;
  };

  const listener = (to: Member): BackListener => ({
    connected(inner, tls) {
      targetTls = tls;
      stage = 'waiting';
      sentAt = performance.now();
      silence ??= takeDeadline();
      silence.set(settings.responseTimeoutMs, timedOut);
      const { perTryTimeoutMs } = settings.retry;
      if (perTryTimeoutMs > 0) perTry = setTimeout(timedOut, perTryTimeoutMs);
      send(inner);
    },
    informational(head) {
      silence?.refresh();
      if (!begun) incoming.respond.informational(head);
    },
    head(head) {
      if (perTry !== null) clearTimeout(perTry);
      serviceMs = performance.now() - sentAt;
      targetStatus = head.status;
      if (head.status >= 500 && settings.retry.tries > 0 && retryOr('5xx', 'maybe')) return;
      stage = 'answering';
      server = fieldValue(head.fields, serverHeader);
      call.target = to.id;
      if (head.status === 101) tunnel();
      else silence?.refresh();
      answer = call.wrappedResponse(client);
      answer.onDrain(() => attempt?.resume());
      answer.head(head);
      if (counted) relayMs = performance.now() - sentAt - serviceMs;
    },
    data(chunk) {
      silence?.refresh();
      return answer.write(chunk);
    },
    // A head that is not whole is still being read from it, and what a policy was handed it may keep.
    flushed: () => begun && answer === client && incoming.respond.flushed?.() === true,
    end(trailers) {
      stopTimers();
      if (!body.whole()) body.detach();
      answer.end(trailers);
    },
    failed(cause, harm) {
      if (over) return;
      if (stage === 'answering' || !retryOr(cause, harm)) fail(cause);
    },
  });

  const timedOut = () => {
    if (stage === 'answering' || !retryOr('response-timeout', 'maybe')) fail('response-timeout');
  };

  const tunnel = () => {
    silence?.set(settings.http.tunnelIdleMs, () => fail('tunnel-idle'));
  };

  const send = (inner: Sink) => {
    const heard: Sink = call.hasBody
      ? {
          ...inner,
          write(chunk) {
            silence?.refresh();
            if (counted) receivedBytes += chunk.length;
            return inner.write(chunk);
          },
        }
      : inner;
    body.sendTo(call.wrappedBody(heard));
  };

  const begin = (to: Member, fresh: boolean) => {
    member = to;
    stage = 'connecting';
    targetStatus = null;
    to.active += 1;
    to.held.add(held);
    deps.onTargetStart(to);
    const head = forTarget(call.head, incoming.peer, requestId, settings);
    const { hasBody, upgrade, trailers } = call;
    const { suspect } = incoming;
    const outgoing = { head, hasBody, upgrade, trailers, suspect, fresh };
    attempt = deps.back(to).ask(outgoing, listener(to));
  };

  const forward = () => {
    const preferred = call.prefer === null ? null : pool().preferred(call.prefer);
    const first = preferred ?? pool().pick(flow());
    if (first === null) fail('no-target');
    else begin(first, false);
  };

  const decide = (verdict: Verdict | null) => {
    if (over) return;
    if (verdict === null) {
      forward();
      return;
    }
    by = verdict.by;
    give(verdict.answer);
  };

  /** A policy that throws must not take the proxy with it, nor let through what it was meant to judge. */
  const broken = (error: unknown) => {
    call.why('error', error instanceof Error ? error.message : String(error));
    decide({ by: 'error', answer: { status: 500, fields: [], body: '500: a policy of the proxy failed\n' } });
  };

  incoming.watch({
    gone() {
      end('client-gone', sentStatus);
    },
    failed: fail,
    finished: () => end(by === null ? null : 'policy', sentStatus),
  });
  try {
    const verdict = deps.pipeline.run(call);
    if (verdict instanceof Promise) verdict.then(decide, broken);
    else decide(verdict);
  } catch (error) {
    broken(error);
  }
}

function isErrorStatus(status: number | null, settings: L7Settings): boolean {
  return status !== null && matchesCode(settings.passive.errorStatuses, status);
}

function ownAnswer(status: number, cause: Cause): Answer {
  return {
    status,
    fields: [['content-type', 'text/plain']],
    body: `${status}: the proxy answers, not a target (${cause})\n`,
  };
}
