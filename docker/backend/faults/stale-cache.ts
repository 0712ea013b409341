import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

export const staleCache: Fault<FaultSettings<'stale-cache'>> = {
  layer: 'process',
  apply: ({ version, ageMs }, { content, now }) => ({
    undo: content.override({ version, asOf: now() - ageMs }),
  }),
};
