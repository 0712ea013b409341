import type { Check, CheckOf, SimpleCheck } from '../../../labs/checks.ts';
import { agrees } from './agrees.ts';
import { answer } from './answer.ts';
import { busiest } from './busiest.ts';
import { capturedSame } from './captured-same.ts';
import { capturedText } from './captured-text.ts';
import { cached } from './cached.ts';
import { captured } from './captured.ts';
import { answers } from './answers.ts';
import { chosen } from './chosen.ts';
import { command } from './command.ts';
import { compressed } from './compressed.ts';
import { crossing } from './crossing.ts';
import { detection } from './detection.ts';
import { dropped } from './dropped.ts';
import { errors } from './errors.ts';
import { fault } from './fault.ts';
import { figure } from './figure.ts';
import { finding } from './finding.ts';
import type { Context, Finding, Predicate } from './finding.ts';
import { gap } from './gap.ts';
import { held } from './held.ts';
import { inFlight } from './in-flight.ts';
import { latency } from './latency.ts';
import { ledger } from './ledger.ts';
import { lived } from './lived.ts';
import { moved } from './moved.ts';
import { outcome } from './outcome.ts';
import { open } from './open.ts';
import { own } from './own.ts';
import { pod } from './pod.ts';
import { price } from './price.ts';
import { probes } from './probes.ts';
import { quiet } from './quiet.ts';
import { rate } from './rate.ts';
import { restarts } from './restarts.ts';
import { resumed } from './resumed.ts';
import { ended } from './ended.ts';
import { routed } from './routed.ts';
import { served } from './served.ts';
import { setting } from './setting.ts';
import { share } from './share.ts';
import { spent } from './spent.ts';
import { split } from './split.ts';
import { target } from './target.ts';
import { targets } from './targets.ts';
import { transitions } from './transitions.ts';
import { users } from './users.ts';

/** The list: every type of check with its predicate, one file each. */
const predicates: { readonly [T in SimpleCheck['type']]: Predicate<CheckOf<T>> } = {
  share,
  outcome,
  own,
  errors,
  spent,
  resumed,
  price,
  'in-flight': inFlight,
  open,
  served,
  busiest,
  moved,
  lived,
  chosen,
  crossing,
  dropped,
  held,
  split,
  ended,
  routed,
  cached,
  compressed,
  latency,
  answers,
  rate,
  transitions,
  agrees,
  figure,
  targets,
  target,
  pod,
  restarts,
  detection,
  quiet,
  gap,
  setting,
  fault,
  answer,
  users,
  probes,
  ledger,
  command,
  captured,
  'captured-text': capturedText,
  'captured-same': capturedSame,
};

export function judge(check: Check, context: Context): Finding {
  if (check.type === 'all' || check.type === 'any') return several(check.type, check.of, context);
  return one(check, context);
}

/** The list is indexed by the check's own type, so predicate and check always match; the compiler cannot see it. */
function one(check: SimpleCheck, context: Context): Finding {
  const predicate = predicates[check.type] as Predicate<SimpleCheck>;
  return predicate(check, context);
}

function several(type: 'all' | 'any', checks: readonly Check[], context: Context): Finding {
  const found = checks.map((check) => judge(check, context));
  const states = found.map((one) => one.state);
  const words = (pick: (one: Finding) => string) => found.map(pick).filter((text) => text !== '');
  const joined = type === 'all' ? '; ' : '; or ';
  return finding(
    type === 'all' ? every(states) : some(states),
    words((one) => one.measured).join('; '),
    words((one) => one.expected).join(joined),
  );
}

function every(states: readonly Finding['state'][]): Finding['state'] {
  if (states.includes('fail')) return 'fail';
  return states.includes('waiting') ? 'waiting' : 'pass';
}

function some(states: readonly Finding['state'][]): Finding['state'] {
  if (states.includes('pass')) return 'pass';
  return states.includes('waiting') ? 'waiting' : 'fail';
}
