//  try --no answer yet--> [due?] --> a rival at another target; the first answer's try stays, the other is cancelled
import { giveBack, takeDeadline } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import type { Hedging } from './hedging.ts';
import { mayBeRepeated } from './retry.ts';
import type { Try } from './try.ts';

/** The race of one exchange's two tries. There is none where hedging is off, or the request may not be repeated. */
export class Hedge {
  private readonly whole: Exchange;
  private readonly hedging: Hedging;
  private readonly dueMs: number;
  private timer: Deadline | null;
  private rival: Try | null = null;

  static of(whole: Exchange, hedging: Hedging): Hedge | null {
    const { settings, call } = whole;
    if (!settings.hedge.enabled || call.upgrade !== null) return null;
    return mayBeRepeated(call.head.method, settings.retry) ? new Hedge(whole, hedging) : null;
  }

  private constructor(whole: Exchange, hedging: Hedging) {
    this.whole = whole;
    this.hedging = hedging;
    this.dueMs = hedging.dueMs(whole.settings.hedge);
    this.timer = takeDeadline();
    this.timer.set(this.dueMs, () => this.race());
  }

  /** An answer begins. Whether it is this try's to give: a 5xx is none while the other may still do better. */
  wins(tried: Try, status: number, tookMs: number): boolean {
    this.stop();
    this.hedging.took(tookMs);
    if (this.rival === null) return true;
    if (status >= 500) {
      this.goesOnWithout(tried, true);
      return false;
    }
    const { whole, rival } = this;
    const first = whole.trying;
    this.rival = null;
    if (tried === rival) {
      this.hedging.count('won');
      whole.trying = rival;
      if (first !== null) whole.drop(first, false);
    } else whole.drop(rival, false);
    return true;
  }

  /** One of two has failed: whether that is all there is to it. `blame`: its target is to blame. */
  goesOnWithout(tried: Try, blame: boolean): boolean {
    const { whole, rival } = this;
    if (rival === null) return false;
    this.rival = null;
    if (tried !== rival) whole.trying = rival;
    whole.drop(tried, blame);
    return true;
  }

  /** No other try from now on. */
  stop(): void {
    if (this.timer !== null) giveBack(this.timer);
    this.timer = null;
  }

  end(): void {
    this.stop();
    const { rival } = this;
    this.rival = null;
    if (rival !== null) this.whole.drop(rival, false);
  }

  private race(): void {
    const { whole } = this;
    const slow = whole.member;
    this.stop();
    // Half a body cannot be sent twice, nor one that was too long to keep.
    if (whole.over || whole.begun || slow === null || !whole.repeatable) return;
    const other = whole.tries.anotherThan(slow);
    if (other === null) return;
    if (!whole.tries.takeBudget()) {
      this.hedging.count('overBudget');
      whole.call.why('hedge', 'not sent elsewhere: the budget of retries is spent');
      return;
    }
    this.hedging.count('sent');
    whole.call.why(
      'hedge',
      `no answer of ${slow.id} for ${Math.round(this.dueMs)} ms, sent to ${other.id}, too`,
    );
    this.rival = whole.startTry(other, false);
  }
}
