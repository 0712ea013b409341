import type { Launcher } from './launcher.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { SessionRecords } from './session-record.ts';
import type { Watchdog } from './watchdog.ts';

/** What every session of one app stands on. */
export interface Ground {
  readonly platform: NodeJS.Platform;
  readonly owner: ProcessIdentity;
  /** This engine, as the environment of every process of ours names it. */
  readonly mark: string;
  readonly launcher: Launcher;
  readonly watchdog: Watchdog;
  readonly records: SessionRecords;
  readonly nodePath: string;
  /** Holds ROLE.mjs of every program. */
  readonly programs: string;
  readonly compileCache: string;
  readonly startDeadlineMs: number;
  readonly stopGraceMs: number;
}
