import type { NewEvent, ProgramEvent } from '../protocol/events.ts';
import { createRing } from './ring.ts';

export interface EventRing {
  emit(event: NewEvent): void;
  /** Events with a sequence number above `seq`, oldest first. */
  after(seq: number): readonly ProgramEvent[];
  readonly last: number;
  /** Called at once for each new event; returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/** 2,000 events are an hour of probes to ten targets at 20 times speed. */
export function createEventRing(now: () => number, capacity = 2000): EventRing {
  const ring = createRing<ProgramEvent>(capacity);
  const listeners = new Set<() => void>();
  return {
    emit(event) {
      ring.push({ seq: ring.last + 1, at: now(), ...event });
      for (const listener of listeners) listener();
    },
    after: (seq) => ring.after(seq),
    get last() {
      return ring.last;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
