//  target --head--> 304: what is stored, freshened | 5xx: what is stored, stale | else through, and a copy into the store
import type { ResponseHead } from '../../message.ts';
import { serverHeader } from '../../../protocol/common.ts';
import type { ResponseSink } from '../../sink.ts';

/** What the cache makes of an answer's head. */
export type Course =
  /** As it comes; `keep` gathers a copy and gets it when it is whole. */
  | { readonly head: ResponseHead; readonly keep: Keep | null }
  /** Something stored in its place. `now`: without waiting for the end of what the target sends. */
  | { readonly head: ResponseHead; readonly body: Buffer; readonly now: boolean };

export interface Keep {
  readonly maxBytes: number;
  whole(body: Buffer): void;
  tooLarge(): void;
}

export function throughCache(next: ResponseSink, decide: (head: ResponseHead) => Course): ResponseSink {
  let keep: Keep | null = null;
  let replaced = false;
  let ended = false;
  let chunks: Buffer[] = [];
  let bytes = 0;

  const gather = (chunk: Buffer) => {
    if (keep === null) return;
    bytes += chunk.length;
    if (bytes <= keep.maxBytes) {
      chunks.push(chunk);
      return;
    }
    keep.tooLarge();
    keep = null;
    chunks = [];
  };

  return {
    ...next,
    head(head) {
      const course = decide(head);
      if ('body' in course) {
        replaced = true;
        ended = course.now;
        next.head(course.head);
        if (course.body.length > 0) next.write(course.body);
        if (course.now) next.end([]);
        return;
      }
      ({ keep } = course);
      next.head(course.head);
    },
    write(chunk) {
      if (replaced) return true;
      gather(chunk);
      return next.write(chunk);
    },
    end(trailers) {
      keep?.whole(Buffer.concat(chunks));
      if (!ended) next.end(replaced ? [] : trailers);
    },
  };
}

/** The answer is the store's, but this target was asked for it. */
export function namedBy(told: ResponseHead): ResponseHead['fields'] {
  return told.fields.filter(([name]) => name.toLowerCase() === serverHeader);
}
