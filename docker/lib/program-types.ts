import type { z } from 'zod';
import type { Stats } from '../protocol/stats.ts';
import type { Identity } from '../protocol/tls.ts';
import type { AdminRoute } from './admin-route.ts';
import type { EventRing } from './event-ring.ts';
import type { RequestRing } from './request-ring.ts';

/** What every role's config has; the rest is the role's own. */
export interface BaseConfig {
  readonly role: string;
  readonly node: string;
  readonly admin: string;
  readonly sampleOneIn: number;
  readonly identity?: Identity | undefined;
}

/** What a program is given to live with. */
export interface Context {
  readonly node: string;
  readonly events: EventRing;
  readonly records: RequestRing;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Settings that change while the program runs. `apply` gets a valid value and the dotted paths that differ. */
export interface SettingsHandle<S = unknown> {
  readonly schema: z.ZodType<S>;
  get(): S;
  /** Before `apply`, where something takes time to be had, or cannot be; rejects with an AdminProblem. */
  prepare?(next: S): Promise<void>;
  apply(next: S, changed: readonly string[]): void;
}

/** What a role gives back once it is up. */
export interface Program {
  /** Counters now. Intervals (latency) are per reader: pass the same object to go on from the last call. */
  stats(reader: object): Stats;
  readonly settings: SettingsHandle;
  readonly routes?: readonly AdminRoute[];
  /** Whatever `POST /reset` undoes besides the settings. */
  reset?(): void;
  /** False: this signal is ignored, as a program that forgot to handle it would (a fault). */
  heeds?(signal: string): boolean;
  /** Ends in order: no new work, what is there may finish. */
  stop(reason: string): Promise<void>;
}

export interface Role<C extends BaseConfig> {
  readonly role: string;
  readonly schema: z.ZodType<C>;
  start(config: C, context: Context): Promise<Program> | Program;
}
