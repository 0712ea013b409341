import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';
import { statusAnswer } from '../status-answer.ts';

export const alwaysStatus: Fault<FaultSettings<'always-status'>> = {
  layer: 'request',
  apply: ({ status }) => ({ request: (exchange) => exchange.send(statusAnswer(status)) }),
};
