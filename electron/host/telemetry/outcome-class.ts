import { grpcGood, grpcServerFaults, plainAnswers } from '../../contract/outcomes.ts';

export type OutcomeClass = 'good' | 'client-error' | 'server-error' | 'broken';

/** An outcome as a client names it ("503", "5xx", "grpc-14", "echo", "reset"), by whose doing it is. */
export function outcomeClass(outcome: string): OutcomeClass {
  if (/^[123]/.test(outcome) || outcome === grpcGood || plainAnswers.includes(outcome)) return 'good';
  if (outcome.startsWith('5') || grpcServerFaults.includes(outcome)) return 'server-error';
  return /^(4|grpc-)/.test(outcome) ? 'client-error' : 'broken';
}
