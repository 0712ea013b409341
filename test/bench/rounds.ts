/** One comparison, as `--json` prints it. Figures are medians; the ratio is that of the rounds, not of the medians. */
export interface CaseResult {
  readonly name: string;
  /** Beside whom. */
  readonly against: string;
  readonly unit: string;
  readonly ours: number | null;
  readonly peer: number | null;
  /** Ours divided by the peer's; null where there was nothing to compare. */
  readonly ratio: number | null;
  /** The middle half of the rounds' ratios, as a share of their median. */
  readonly iqr: number | null;
  readonly rounds: number;
  readonly conclusive: boolean;
  readonly goal: Goal | null;
  readonly reached: boolean | null;
  readonly note: string;
}

/** What the ratio is to be. */
export interface Goal {
  readonly is: 'at least' | 'at most';
  readonly ratio: number;
}

/** One round: the mean of two slices each. */
export interface Round {
  readonly ours: number;
  readonly peer: number;
}

/** A wider spread than this says more about the machine than about the balancers. */
const mostSpread = 0.15;

/** A B B A, so that a machine that grows slower or faster meanwhile favours neither. */
export async function runRounds(
  rounds: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<readonly Round[]> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = await ours();
    const between = [await peer(), await peer()];
    const last = await ours();
    done.push({ ours: (first + last) / 2, peer: ((between[0] ?? 0) + (between[1] ?? 0)) / 2 });
  }
  return done;
}

export function verdict(
  rounds: readonly Round[],
  goal: Goal | null,
): Pick<CaseResult, 'ours' | 'peer' | 'ratio' | 'iqr' | 'rounds' | 'conclusive' | 'goal' | 'reached'> {
  const ratios = rounds.map(({ ours, peer }) => ours / peer);
  const ratio = quantile(ratios, 0.5);
  const iqr = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / ratio;
  return {
    ours: quantile(
      rounds.map(({ ours }) => ours),
      0.5,
    ),
    peer: quantile(
      rounds.map(({ peer }) => peer),
      0.5,
    ),
    ratio,
    iqr,
    rounds: rounds.length,
    conclusive: Number.isFinite(ratio) && iqr <= mostSpread,
    goal,
    reached: goal === null ? null : goal.is === 'at least' ? ratio >= goal.ratio : ratio <= goal.ratio,
  };
}

/** Between two values in proportion; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}
