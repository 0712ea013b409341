import type { ProbeCode } from './health-check.ts';
import type { KubeletCommand } from './kubelet.ts';
import type { TlsFacts } from './tls.ts';

/** What happened, once, in the node's own order. Kept in a bounded ring and pushed at once to whoever watches. */
export type ProgramEvent = { readonly seq: number; readonly at: number } & (
  | { readonly type: 'started'; readonly role: string }
  | { readonly type: 'stopping'; readonly reason: string }
  | { readonly type: 'settings'; readonly changed: readonly string[] }
  | { readonly type: 'fault'; readonly fault: string; readonly on: boolean; readonly settings: unknown }
  | { readonly type: 'reset' }
  | {
      readonly type: 'probe';
      readonly target: string;
      readonly ok: boolean;
      readonly code: ProbeCode;
      readonly detail: string;
      readonly durationMs: number;
      readonly passes: number;
      readonly failures: number;
      readonly nextAt: number;
    }
  | {
      readonly type: 'health';
      readonly target: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      readonly code: ProbeCode | 'PASSIVE' | 'ADMIN';
    }
  /** A kubelet's: the host carries it out. */
  | ({ readonly type: 'command' } & KubeletCommand)
  | { readonly type: 'fail-open'; readonly on: boolean }
  /** The kernel's rules are now these: whoever is chosen from here on is chosen by them. */
  | { readonly type: 'kernel'; readonly plane: string; readonly serving: readonly string[] }
  | { readonly type: 'note'; readonly text: string; readonly data?: unknown }
);

/** `Omit` over a union, member by member. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type NewEvent = Without<ProgramEvent, 'seq' | 'at'>;

/** One sampled request as one hop saw it. */
export interface RequestRecord {
  readonly id: string;
  readonly at: number;
  readonly connection: string;
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly outcome: string;
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly serviceMs: number;
  readonly server: string | null;
  /** What was decided on the way and by which policy, in order; L7 only. */
  readonly why?: readonly string[];
  /** Why it failed, in words; the client's. */
  readonly detail?: string;
  /** Of the connection that the request came or went over, as this hop saw it; left out without TLS. */
  readonly tls?: TlsFacts;
  /** L7: of the connection to the target. */
  readonly targetTls?: TlsFacts;
}
