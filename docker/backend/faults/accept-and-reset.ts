import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

export const acceptAndReset: Fault<FaultSettings<'accept-and-reset'>> = {
  layer: 'connection',
  apply: () => ({ connection: (socket) => socket.resetAndDestroy() }),
};
