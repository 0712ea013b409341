import type { ExchangeEnd } from './exchange.ts';
import { termination } from './failure.ts';

/** One JSON line per request: what a person greps for, with HAProxy's termination letters. */
export function accessLogLine(client: string, end: ExchangeEnd, latencyMs: number): string {
  const { call } = end;
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
    ...(end.by === null ? {} : { by: end.by }),
    ...(call.reasons.length === 0 ? {} : { why: call.reasons }),
  });
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
