import { grpcGood, grpcServerFaults, plainAnswers } from '../../electron/contract/outcomes.ts';

/** Outcomes as clients and backends name them ("2xx", "200", "5xx", "grpc-14", "echo", "reset"), put into four classes. */
export const outcomeClasses = ['good', 'client-error', 'server-error', 'broken'] as const;
export type OutcomeClass = (typeof outcomeClasses)[number];

export const outcomeWords: Readonly<Record<OutcomeClass, string>> = {
  good: '2xx, 3xx or OK',
  'client-error': '4xx',
  'server-error': '5xx',
  broken: 'no answer',
};

export function outcomeClass(outcome: string): OutcomeClass {
  if (/^[123]/.test(outcome) || outcome === grpcGood || plainAnswers.includes(outcome)) return 'good';
  if (outcome.startsWith('5') || grpcServerFaults.includes(outcome)) return 'server-error';
  return /^(4|grpc-)/.test(outcome) ? 'client-error' : 'broken';
}

export type ByClass = Readonly<Record<OutcomeClass, number>>;

export function byClass(outcomes: Readonly<Record<string, number>>): ByClass {
  const sums = { good: 0, 'client-error': 0, 'server-error': 0, broken: 0 };
  for (const [outcome, count] of Object.entries(outcomes)) sums[outcomeClass(outcome)] += count;
  return sums;
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
