/** Outcomes as clients and backends name them ("2xx", "200", "500", "5xx", "timeout", "reset"), put into four classes. */
export const outcomeClasses = ['good', 'client-error', 'server-error', 'broken'] as const;
export type OutcomeClass = (typeof outcomeClasses)[number];

export const outcomeWords: Readonly<Record<OutcomeClass, string>> = {
  good: '2xx and 3xx',
  'client-error': '4xx',
  'server-error': '5xx',
  broken: 'no answer',
};

export function outcomeClass(outcome: string): OutcomeClass {
  switch (outcome[0]) {
    case '1':
    case '2':
    case '3':
      return 'good';
    case '4':
      return 'client-error';
    case '5':
      return 'server-error';
    default:
      return 'broken';
  }
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
