import type { L4Patch, L7Patch } from '../balancer.ts';
import type { HealthCheck } from '../health-check.ts';

/** A real system's defaults and edge behaviour, as settings of our own balancers. Plain data; lb-spec is the source. */
export interface Persona {
  readonly name: string;
  readonly title: string;
  /** What to set on each layer's balancer; null where the system does not work at that layer. */
  readonly l4: L4Patch | null;
  readonly l7: L7Patch | null;
  /** Where defaults differ by how one checks: applied over the rest when that protocol is chosen. */
  readonly checkDefaults: Readonly<Partial<Record<HealthCheck['protocol'], Partial<HealthCheck>>>>;
  /** Ways to check that the system has at all. */
  readonly checks: readonly HealthCheck['protocol'][];
  /** Who notices: probes, real traffic or nobody; `predict()` gives the windows for the settings above. */
  readonly detection: { readonly rule: 'active' | 'passive' | 'never'; readonly words: string };
  /** What becomes of existing connections of an evicted target. */
  readonly onEviction: string;
  readonly allDown: string;
  readonly faithful: readonly string[];
  readonly notModelled: readonly string[];
  /** From general knowledge, not checked against a source (MEM). */
  readonly unverified: readonly string[];
}

/** Where the real system sets no limit: the longest that a setting can say. */
export const noLimitMs = 86_400_000;
