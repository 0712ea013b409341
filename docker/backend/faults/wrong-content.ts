import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

export const wrongContent: Fault<FaultSettings<'wrong-content'>> = {
  layer: 'request',
  stage: 'content',
  apply: ({ contentType, body }) => ({
    request(exchange, next) {
      const { send } = exchange;
      exchange.send = (answer) => send({ ...answer, headers: { 'content-type': contentType }, body });
      next();
    },
  }),
};
