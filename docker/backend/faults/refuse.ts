import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

/** With the listening socket closed, the kernel answers a SYN with RST (RFC 9293 3.5.2): "connection refused". */
export const refuse: Fault<FaultSettings<'refuse'>> = {
  layer: 'process',
  apply: (_settings, { listener }) => ({ undo: listener.hold() }),
};
