//  DATA --> [held until somebody wants it] --> sink        the window opens as the sink takes it
import { giveBack, takeDeadline } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import type { Field } from '../message.ts';
import type { Sink } from '../sink.ts';

/** The body of one stream on its way in. */
export interface Inlet {
  over(): boolean;
  data(piece: Buffer): void;
  end(trailers: readonly Field[]): void;
  /** It will never be whole. */
  abort(): void;
  feed(sink: Sink): void;
  /** Silence is no fault any more: the other side speaks. */
  patient(): void;
  /** Nobody wants the rest. */
  close(): void;
}

interface InletDeps {
  readonly silenceMs: number;
  /** The client had room to send, and for so long it did not. */
  slow(): void;
  /** So much may be sent in place of it. */
  taken(bytes: number): void;
}

const nothing = (): void => undefined;

/** Of a request that ended with its head: what most are. */
export const noBody: Inlet = {
  over: () => true,
  data: nothing,
  end: nothing,
  abort: nothing,
  feed: (sink) => sink.end([]),
  patient: nothing,
  close: nothing,
};

export function createInlet({ silenceMs, slow, taken }: InletDeps): Inlet {
  let sink: Sink | null = null;
  let held: Buffer[] = [];
  let trailers: readonly Field[] | null = null;
  let told = false;
  // The sink has enough for now; what it has taken with its last word is to be taken once it has room again.
  let stalled = false;
  let owed = 0;
  let silence: Deadline | null = null;

  const quiet = () => {
    if (silence !== null) giveBack(silence);
    silence = null;
  };
  const listen = () => {
    // While the other side has enough, or nobody asked for it yet, silence is not the client's.
    const late = () => (stalled || sink === null ? listen() : slow());
    (silence ??= takeDeadline()).set(silenceMs, late);
  };
  listen();

  /** False: no more for now. */
  const give = (piece: Buffer): boolean => {
    if (sink?.write(piece) === true) {
      taken(piece.length);
      return true;
    }
    stalled = true;
    owed += piece.length;
    return false;
  };

  const settle = () => {
    if (trailers === null || told || held.length > 0 || sink === null) return;
    told = true;
    sink.end(trailers);
  };

  const drain = () => {
    stalled = false;
    if (owed > 0) taken(owed);
    owed = 0;
    for (let piece = held.shift(); piece !== undefined; piece = held.shift()) if (!give(piece)) break;
    settle();
  };

  return {
    over: () => trailers !== null,
    data(piece) {
      silence?.refresh();
      if (sink === null || stalled) held.push(piece);
      else give(piece);
    },
    end(last) {
      quiet();
      trailers = last;
      settle();
    },
    abort() {
      quiet();
      held = [];
      if (!told) sink?.abort();
      told = true;
    },
    feed(next) {
      sink = next;
      next.onDrain(drain);
      drain();
    },
    patient: quiet,
    close() {
      quiet();
      held = [];
      told = true;
      sink = null;
    },
  };
}
