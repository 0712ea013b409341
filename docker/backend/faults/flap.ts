import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';
import { runSchedule } from '../schedule.ts';
import { statusAnswer } from '../status-answer.ts';

export const flap: Fault<FaultSettings<'flap'>> = {
  layer: 'request',
  apply({ upMs, downMs, how, status }, { listener }) {
    let down = false;
    let release: () => void = () => undefined;
    const stop = runSchedule(
      { atMs: 0, forMs: downMs, everyMs: downMs + upMs },
      () => {
        down = true;
        if (how === 'refuse') release = listener.hold();
      },
      () => {
        down = false;
        release();
      },
    );
    return {
      request(exchange, next) {
        if (!down || how === 'refuse') next();
        else if (how === 'status') exchange.send(statusAnswer(status));
      },
      undo() {
        stop();
        release();
      },
    };
  },
};
