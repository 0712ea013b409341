import type { Incoming } from './front.ts';
import type { Field } from './message.ts';
import type { BodyStart } from './policies/policy.ts';
import type { Sink } from './sink.ts';

/** A request's body between front and target: held while nobody wants it, and kept while it may have to be sent again. */
export interface RequestBody {
  /** Lets the front send until so much is here, or all; what was read still goes to the target. */
  read(maxBytes: number): Promise<BodyStart>;
  /** From its first byte on, to this target; again, for another try. */
  sendTo(target: Sink): void;
  /** Nobody takes any more of it. */
  detach(): void;
  /** All of it so far is still here. */
  replayable(): boolean;
  /** The client has sent all of it. */
  whole(): boolean;
}

/** `keepBytes`: how much is kept for another try; beyond it there is none. */
export function createRequestBody(
  incoming: Pick<Incoming, 'hasBody' | 'feed'>,
  keepBytes: number,
): RequestBody {
  let kept: Buffer[] = [];
  let bytes = 0;
  let replayable = true;
  let trailers: readonly Field[] | null = incoming.hasBody ? null : [];
  let aborted = false;
  let fed = !incoming.hasBody;
  let target: Sink | null = null;
  let resume: () => void = () => undefined;
  let reading: { readonly maxBytes: number; done(): void } | null = null;

  const feed = () => {
    if (fed) return;
    fed = true;
    incoming.feed(inlet);
  };

  const inlet: Sink = {
    write(chunk) {
      bytes += chunk.length;
      // Without a target nothing may be lost; with one, only so much is kept for a second try.
      if (target === null || bytes <= keepBytes) {
        if (replayable) kept.push(chunk);
      } else {
        replayable = false;
        kept = [];
      }
      if (target !== null) return target.write(chunk);
      if (reading !== null && bytes >= reading.maxBytes) reading.done();
      return reading !== null;
    },
    end(last) {
      trailers = last;
      target?.end(last);
      reading?.done();
    },
    abort() {
      aborted = true;
      target?.abort();
      reading?.done();
    },
    onDrain(listener) {
      resume = listener;
    },
  };

  return {
    read(maxBytes) {
      return new Promise((resolve) => {
        const done = () => {
          reading = null;
          const all = Buffer.concat(kept);
          const whole = trailers !== null && all.length <= maxBytes;
          resolve({ bytes: all.subarray(0, maxBytes), whole });
        };
        if (trailers !== null || aborted || bytes >= maxBytes) {
          done();
          return;
        }
        reading = { maxBytes, done };
        feed();
        resume();
      });
    },
    sendTo(next) {
      target = next;
      next.onDrain(() => resume());
      for (const chunk of kept) next.write(chunk);
      if (bytes > keepBytes && trailers === null) {
        replayable = false;
        kept = [];
      }
      if (trailers !== null) next.end(trailers);
      else if (aborted) next.abort();
      else {
        feed();
        resume();
      }
    },
    detach() {
      target = null;
      kept = [];
      replayable = false;
    },
    replayable: () => replayable,
    whole: () => trailers !== null,
  };
}
