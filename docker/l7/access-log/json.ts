import type { TlsFacts } from '../../protocol/tls.ts';
import type { ExchangeEnd } from '../exchange-end.ts';
import { termination } from '../failure.ts';
import type { AccessLogForm, Took } from './form.ts';
import type { Desync } from '../http1/desync.ts';
import type { Problem } from '../http1/problem.ts';

/** One JSON line per request: what a person greps for, with HAProxy's termination letters. */
function requestLine(client: string, end: ExchangeEnd, { latencyMs }: Took): string {
  const { call, desync } = end;
  const { method, target, version, authority } = call.received;
  return JSON.stringify({
    at: new Date(call.at).toISOString(),
    client,
    request: `${method} ${target} HTTP/${version}`,
    host: authority === '' ? '-' : authority,
    status: end.status,
    target: end.member?.id ?? null,
    targetStatus: end.targetStatus,
    termination: termination(end.cause, end.stage),
    cause: end.cause,
    ms: round(latencyMs),
    targetMs: end.targetStatus === null ? null : round(end.serviceMs),
    id: call.id,
    ...(call.peer.tls === null ? {} : { tls: inWords(call.peer.tls) }),
    ...(end.targetTls === null ? {} : { targetTls: inWords(end.targetTls) }),
    ...(end.by === null ? {} : { by: end.by }),
    ...(desync === null || desync.kind === 'Compliant'
      ? {}
      : { classification: desync.kind, classificationReason: desync.reasons }),
    ...(call.reasons.length === 0 ? {} : { why: call.reasons }),
  });
}

/** For bytes that were no request: nothing of them is repeated but why. */
function refusalLine(client: string, problem: Problem, desync: Desync): string {
  return JSON.stringify({
    at: new Date().toISOString(),
    client,
    request: null,
    status: problem.status,
    target: null,
    targetStatus: null,
    termination: problem.status === 408 ? 'cR' : 'PR',
    cause: problem.reason,
    classification: desync.kind,
  });
}

export const json: AccessLogForm = { request: requestLine, refusal: refusalLine };

/** As ALB's log has it: the protocol and the cipher. */
function inWords({ version, cipher }: TlsFacts): string {
  return `${version} ${cipher}`;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
