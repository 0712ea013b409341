import type { FailureKind } from '../protocol/client.ts';

export type Timeout = Extract<
  FailureKind,
  'connect-timeout' | 'tls-timeout' | 'first-byte-timeout' | 'total-timeout'
>;

/**
 * The two clocks of one request, the phase's and the whole one's, on a single timer. Node keeps timers of equal length
 * in one list, so setting and clearing one costs next to nothing.
 */
export interface Alarm {
  /** A phase begins that may last this long. */
  phase(kind: Exclude<Timeout, 'total-timeout'>, lengthMs: number): void;
  /** The last phase: only the whole request's limit is left. */
  rest(): void;
  clear(): void;
}

export function createAlarm(totalMs: number, ring: (kind: Timeout, afterMs: number) => void): Alarm {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const set = (kind: Timeout, lengthMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => ring(kind, performance.now() - began), lengthMs);
  };
  const left = () => Math.max(1, Math.ceil(totalMs - (performance.now() - began)));
  return {
    phase(kind, lengthMs) {
      const rest = left();
      if (lengthMs < rest) set(kind, lengthMs);
      else set('total-timeout', rest);
    },
    rest: () => set('total-timeout', left()),
    clear: () => clearTimeout(timer),
  };
}
