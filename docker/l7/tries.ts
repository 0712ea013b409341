//  a try that failed --> [may there be another? > at whom? > within the budget?] --> the exchange tries again
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { Harm } from './back.ts';
import type { Exchange } from './exchange.ts';
import type { Cause } from './failure.ts';
import { nextTry } from './retry.ts';
import type { RetryBudget } from './retry.ts';

export interface TriesDeps {
  readonly group: Group;
  readonly budget: RetryBudget;
  /** Of all requests: the budget is a share of it. */
  underWay(): number;
}

/** What became of an exchange's tries so far, and whether there is another. Made when the first has failed, or is late. */
export class Tries {
  private readonly whole: Exchange;
  private readonly deps: TriesDeps;
  private unreachable: Set<Member> | null = null;
  private unreached = 0;
  private repeated = 0;
  private budgeted = false;

  constructor(whole: Exchange, deps: TriesDeps) {
    this.whole = whole;
    this.deps = deps;
  }

  /** Whether it goes on with another, which is under way then. */
  next(cause: Cause | '5xx', harm: Harm): boolean {
    const { whole } = this;
    const failed = whole.member;
    if (failed === null) return false;
    if (harm === 'unsent') this.unreached += 1;
    const next = nextTry(
      {
        cause,
        harm,
        method: whole.call.head.method,
        replayable: whole.replayable,
        repeated: this.repeated,
        unreached: this.unreached,
      },
      whole.settings,
    );
    if (next === null) return false;
    if (harm === 'unsent') {
      if (next === 'same') return this.again(failed);
      (this.unreachable ??= new Set()).add(failed);
    }
    const another = next === 'same' ? failed : this.another(failed, harm);
    if (another === null) return false;
    // What was certainly not done costs nobody anything to do again.
    if (harm === 'maybe' && !this.takeBudget()) return false;
    if (harm !== 'unsent') this.repeated += 1;
    whole.dropTry();
    if (harm === 'unsent' || harm === 'maybe') this.blame(failed);
    whole.call.why('retry', `${cause} at ${failed.id}, sent to ${another.id}`);
    whole.try(another, harm === 'stale');
    return true;
  }

  /** Of the budget of retries: once for all tries of this request. */
  takeBudget(): boolean {
    const { budget, underWay } = this.deps;
    this.budgeted ||= budget.take(underWay(), this.whole.settings.retry);
    return this.budgeted;
  }

  anotherThan(member: Member): Member | null {
    const other = this.pickBut(member);
    return other === member ? null : other;
  }

  end(): void {
    if (this.budgeted) this.deps.budget.giveBack();
  }

  private another(failed: Member, harm: Harm): Member | null {
    // One that said no to this stream may take the next.
    return this.pickBut(failed) ?? (harm === 'refused' ? failed : null);
  }

  private pickBut(member: Member): Member | null {
    return this.whole.pick(new Set([...(this.unreachable ?? []), member]));
  }

  /** It stays that target's request while it waits. */
  private again(failed: Member): true {
    const { whole } = this;
    this.blame(failed);
    whole.call.why('retry', `not reached: ${failed.id}, sent to it again`);
    whole.tryAgain(failed, whole.settings.connectRetryWaitMs);
    return true;
  }

  private blame(member: Member): void {
    this.deps.group.observe(member, { ok: false, latencyMs: null });
  }
}
