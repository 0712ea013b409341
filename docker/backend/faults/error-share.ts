import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';
import { statusAnswer } from '../status-answer.ts';

export const errorShare: Fault<FaultSettings<'error-share'>> = {
  layer: 'request',
  apply: ({ share, status }) => ({
    share,
    request: (exchange) => exchange.send(statusAnswer(status)),
  }),
};
