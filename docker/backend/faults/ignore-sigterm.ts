import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

export const ignoreSigterm: Fault<FaultSettings<'ignore-sigterm'>> = {
  layer: 'process',
  apply: () => ({ heeds: (signal) => signal !== 'SIGTERM' }),
};
