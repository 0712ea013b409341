import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

const mib = 1024 * 1024;
const stepsPerSecond = 10;

export const memoryGrowth: Fault<FaultSettings<'memory-growth'>> = {
  layer: 'process',
  apply({ mibPerSecond, limitMiB }) {
    const kept: Buffer[] = [];
    const step = Math.round((mibPerSecond * mib) / stepsPerSecond);
    let size = 0;
    const timer = setInterval(() => {
      if (limitMiB > 0 && size + step > limitMiB * mib) return;
      // Filled, because a page that was never written is not resident and counts against no limit.
      kept.push(Buffer.alloc(step, 1));
      size += step;
    }, 1000 / stepsPerSecond);
    return {
      undo() {
        clearInterval(timer);
        kept.length = 0;
      },
    };
  },
};
