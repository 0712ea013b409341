/** Why a balancer picked whom: its own reasons, one for each pick that somebody asked about. */

/** Topic `picks`, keyed by balancer. Newest last. */
export interface Picks {
  /** Under which these picks can be made once more. */
  readonly algorithms: readonly string[];
  readonly picks: readonly PickView[];
}

export interface PickView {
  readonly seq: number;
  readonly at: number;
  readonly algorithm: string;
  readonly picked: string;
  readonly why: string;
  /** `10.0.0.2:41734`, the client's end as the balancer sees it. */
  readonly from: string;
  readonly hash: {
    readonly key: string;
    readonly hash: number;
    readonly slot: number | null;
    readonly slots: number | null;
  } | null;
  readonly candidates: readonly {
    readonly id: string;
    readonly weight: number;
    readonly ramp: number;
    readonly active: number;
    readonly latencyMs: number | null;
  }[];
}

/** The same picks under another algorithm, in the same order; null where there was nobody to choose. */
export interface Replayed {
  readonly algorithm: string;
  readonly bySeq: Readonly<Record<number, string | null>>;
}

/** Who would have each of so many made-up keys now: an index into `targets` for each key, by algorithm. */
export interface KeyMap {
  readonly targets: readonly string[];
  readonly owners: Readonly<Record<string, readonly number[]>>;
}
