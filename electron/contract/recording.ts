import type { EngineId } from './app.ts';
import type { Tick, TimelineEntry } from './measure.ts';

/** What a recording says of itself. */
export interface RecordingAbout {
  readonly format: 1;
  readonly session: string;
  readonly lab: string;
  readonly title: string;
  readonly engine: EngineId;
  readonly scale: number;
  readonly startedAt: number;
}

export interface RecordingInfo extends RecordingAbout {
  /** The time that is on disk; the oldest goes first when the recording reaches its limit. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly live: boolean;
}

/** Topic `recording`: the recording of the present session. */
export interface RecordingState {
  readonly session: string;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly limitBytes: number;
  /** Set while the disk takes nothing: why, in words. The lab goes on. */
  readonly trouble: string | null;
  /** Pieces that could not be written and are gone. */
  readonly lostPieces: number;
}

export interface RecordedRange {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
  readonly entries: readonly TimelineEntry[];
}

/** Gzip members in base64; joined in order they are one gzip file of JSON lines. */
export interface RecordedPiece {
  readonly name: string;
  readonly data: string;
  /** Ask again with this; null at the end. */
  readonly next: string | null;
}
