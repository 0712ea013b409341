import type { L7Settings } from '../../protocol/balancer.ts';
import type { ExchangeEnd } from '../exchange-end.ts';
import type { Desync } from '../http1/desync.ts';
import type { Problem } from '../http1/problem.ts';
import { alb } from './alb.ts';
import { combined } from './combined.ts';
import { json } from './json.ts';

/** How long a request took, and how long of it until a target was sent it. */
export interface Took {
  readonly latencyMs: number;
  /** Null: no target was. */
  readonly toTargetMs: number | null;
}

/** One way to write the access log, in a line per request. */
export interface AccessLogForm {
  request(client: string, end: ExchangeEnd, took: Took): string;
  /** For bytes that were no request: nothing of them is repeated. */
  refusal(client: string, problem: Problem, desync: Desync): string;
}

export const accessLogForms: Readonly<Record<L7Settings['accessLogForm'], AccessLogForm>> = {
  json,
  alb,
  combined,
};
