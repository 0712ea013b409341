import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

/** The request has been read; nothing more happens until the client gives up. */
export const hang: Fault<FaultSettings<'hang'>> = {
  layer: 'request',
  apply: () => ({ request: () => undefined }),
};
