import type { RequestRecord } from '../protocol/events.ts';
import { createRing } from './ring.ts';
import { sampled } from './sampling.ts';

export interface RequestRing {
  readonly oneIn: number;
  /** Builds and keeps the record only when this id is in the sample. */
  record(id: string, build: () => RequestRecord): void;
  after(seq: number): readonly RequestRecord[];
  readonly last: number;
}

export function createRequestRing(oneIn: number, capacity = 2000): RequestRing {
  const ring = createRing<RequestRecord>(capacity);
  return {
    oneIn,
    record(id, build) {
      if (sampled(id, oneIn)) ring.push(build());
    },
    after: (seq) => ring.after(seq),
    get last() {
      return ring.last;
    },
  };
}
