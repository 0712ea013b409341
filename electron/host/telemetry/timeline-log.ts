import type { Timeline, TimelineEntry } from '../../contract/measure.ts';

const keep = 500;

/** What happened, in order, bounded. */
export class TimelineLog {
  private entries: TimelineEntry[] = [];
  private seq = 0;

  add(entry: Omit<TimelineEntry, 'seq'>): void {
    this.entries = [...this.entries.slice(1 - keep), { seq: ++this.seq, ...entry }];
  }

  view(): Timeline {
    return { entries: this.entries };
  }
}
