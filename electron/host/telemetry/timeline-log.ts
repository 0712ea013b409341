import type { Timeline, TimelineEntry } from '../../contract/measure.ts';

const keep = 500;

/** What happened, in order, bounded. */
export class TimelineLog {
  private entries: TimelineEntry[] = [];
  private seq = 0;

  add(entry: Omit<TimelineEntry, 'seq'>): TimelineEntry {
    const numbered = { seq: ++this.seq, ...entry };
    this.entries = [...this.entries.slice(1 - keep), numbered];
    return numbered;
  }

  view(): Timeline {
    return { entries: this.entries };
  }
}
