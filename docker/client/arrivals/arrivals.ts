import { burst } from './burst.ts';
import { constant } from './constant.ts';
import type { ArrivalSettings, Gaps, Pattern } from './pattern.ts';
import { poisson } from './poisson.ts';
import { ramp } from './ramp.ts';
import type { Rate } from './rate.ts';
import { replay } from './replay.ts';

/** Intended send times, one after the other: arithmetic only, nobody waits here. */
export interface Arrivals {
  /** The next intended send time, on the clock of `begin`; Infinity: none is coming. */
  peek(): number;
  /** The same, and moves on. */
  take(): number;
  /** These arrivals under other settings from `nowMs` on; null where they cannot go on and must begin anew. */
  goOn(settings: ArrivalSettings, nowMs: number): Arrivals | null;
}

const patterns: Record<Exclude<ArrivalSettings['arrival'], 'replay'>, Pattern> = {
  constant,
  poisson,
  ramp,
  burst,
};

export function begin(settings: ArrivalSettings, nowMs: number): Arrivals {
  if (settings.arrival === 'replay') return replay(settings.replay, nowMs);
  const pattern = patterns[settings.arrival];
  const gaps = pattern.gaps(settings);
  return follow(settings, pattern.rate(settings, nowMs), gaps, nowMs, gaps.first);
}

function follow(settings: ArrivalSettings, rate: Rate, gaps: Gaps, fromMs: number, units: number): Arrivals {
  let last = fromMs;
  let gap = units;
  let due = rate.after(last, gap);
  return {
    peek: () => due,
    take() {
      const taken = due;
      last = due;
      gap = gaps.next();
      due = rate.after(last, gap);
      return taken;
    },
    goOn(next, nowMs) {
      const sameRhythm =
        next.arrival === settings.arrival &&
        next.seed === settings.seed &&
        next.burstSize === settings.burstSize;
      if (next.arrival === 'replay' || !sameRhythm) return null;
      // What was due before the change stays due: the generator being late is no reason to forget a request.
      const left = due <= nowMs ? 0 : gap - rate.between(last, nowMs);
      const from = due <= nowMs ? due : nowMs;
      return follow(next, patterns[next.arrival].rate(next, nowMs), gaps, from, Math.max(0, left));
    },
  };
}
