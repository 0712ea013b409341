import type { Verdict } from '../../contract/guide.ts';
import type { Evidence } from './evidence.ts';

/** What a predicate says: `waiting` while there is too little to judge, `fail` and `pass` only on measured grounds. */
export type Finding = Pick<Verdict, 'state' | 'measured' | 'expected'>;

export interface Context {
  readonly evidence: Evidence;
  /** The step whose check this is: answers are kept under its id. */
  readonly step: string;
}

export type Predicate<C> = (check: C, context: Context) => Finding;

export function finding(state: Finding['state'], measured: string, expected: string): Finding {
  return { state, measured, expected };
}

export function passIf(good: boolean, measured: string, expected: string): Finding {
  return finding(good ? 'pass' : 'fail', measured, expected);
}
