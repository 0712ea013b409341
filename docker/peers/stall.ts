import type { StallSettings } from '../protocol/peers/stores.ts';
import { familyOf } from './container-stats.ts';

/**
 * Makes a real system slow: its processes are stopped for so long, again and again. Connections stay open and are even
 * accepted meanwhile, by the kernel; answers wait.
 */
export interface Stall {
  configure(settings: StallSettings): void;
  dispose(): void;
}

/** Between two freezes it always gets a moment, or it would be dead rather than slow. */
const leastRunMs = 20;

export function createStall(pid: number): Stall {
  let timer: NodeJS.Timeout | undefined;
  let frozen: readonly number[] = [];

  const thaw = () => {
    for (const one of frozen) send(one, 'SIGCONT');
    frozen = [];
  };
  const freeze = ({ stallMs, stallEveryMs }: StallSettings) => {
    frozen = familyOf(pid);
    for (const one of frozen) send(one, 'SIGSTOP');
    timer = setTimeout(() => {
      thaw();
      timer = setTimeout(freeze, Math.max(leastRunMs, stallEveryMs - stallMs), { stallMs, stallEveryMs });
    }, stallMs);
  };
  return {
    configure(settings) {
      clearTimeout(timer);
      thaw();
      if (settings.stallMs > 0) freeze(settings);
    },
    dispose() {
      clearTimeout(timer);
      thaw();
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended since it was listed.
  }
}
