import type { IncomingMessage } from 'node:http';
import type { ExchangeEnd } from './exchange.ts';
import { termination } from './failure.ts';

/** One JSON line per request: what a person greps for, with HAProxy's termination letters. */
export function accessLogLine(
  id: string,
  at: number,
  client: string,
  incoming: IncomingMessage,
  end: ExchangeEnd,
  latencyMs: number,
): string {
  return JSON.stringify({
    at: new Date(at).toISOString(),
    client,
    request: `${incoming.method ?? ''} ${incoming.url ?? ''} HTTP/${incoming.httpVersion}`,
    host: incoming.headers.host ?? '-',
    status: end.status,
    target: end.member?.id ?? null,
    targetStatus: end.targetStatus,
    termination: termination(end.cause, end.stage),
    cause: end.cause,
    ms: round(latencyMs),
    targetMs: end.targetStatus === null ? null : round(end.serviceMs),
    id,
  });
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
