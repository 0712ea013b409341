/** Topic `budget`: how fast the clients' own counters spend an error budget, and which alert would have caught it. */

export interface Slo {
  /** The share of requests that must go well: 0.999. */
  readonly objective: number;
  readonly periodDays: number;
}

export interface BurnWindow {
  /** As people set it in their monitoring, and as this lab's scale shortens it. */
  readonly realMs: number;
  readonly labMs: number;
  /** How much of the window has been measured; the rest is taken as clean traffic at the same rate. */
  readonly coveredMs: number;
  readonly requests: number;
  readonly bad: number;
  /** 1 spends the budget exactly in its period; null where nothing was counted. */
  readonly burn: number | null;
}

export interface BurnAlert {
  readonly id: 'page' | 'ticket';
  readonly threshold: number;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  /** Both windows are at or over the threshold. */
  readonly firing: boolean;
  readonly firedAt: number | null;
  /** From the first bad answer of that stretch, in lab time. */
  readonly firedAfterMs: number | null;
  /** At the error share of the short window and a clean past, in lab time; null: never at this share. */
  readonly wouldFireAfterMs: number | null;
}

export interface BudgetView {
  readonly slo: Slo;
  readonly scale: number;
  readonly witnesses: readonly string[];
  readonly since: number;
  readonly at: number;
  readonly requests: number;
  readonly bad: number;
  /** Bad answers that a whole period may hold at the rate measured so far; null before anything was counted. */
  readonly allowed: number | null;
  /** The share of the period's budget that this lab has spent. */
  readonly spent: number | null;
  readonly alerts: readonly BurnAlert[];
  /** How it was computed, in words. */
  readonly how: readonly string[];
}
