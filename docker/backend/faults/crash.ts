import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

export const crash: Fault<FaultSettings<'crash'>> = {
  layer: 'process',
  stage: 'write',
  apply({ exitCode, afterRequests, afterMs }, { exit, log }) {
    let requests = 0;
    const end = () => {
      log(`fatal: unrecoverable error, exiting with ${exitCode}`);
      exit(exitCode);
    };
    const timer = afterMs > 0 ? setTimeout(end, afterMs) : undefined;
    return {
      request(_exchange, next) {
        requests += 1;
        if (requests === afterRequests) end();
        else next();
      },
      undo: () => clearTimeout(timer),
    };
  },
};
