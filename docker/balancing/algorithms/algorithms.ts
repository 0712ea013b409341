import type { Algorithm } from '../../protocol/balancer.ts';
import type { Picker } from './algorithm.ts';
import { flowHash } from './flow-hash.ts';
import { leastConnections } from './least-connections.ts';
import { maglev } from './maglev.ts';
import { moduloHash } from './modulo-hash.ts';
import { peakEwma } from './peak-ewma.ts';
import { random } from './random.ts';
import { ringHash } from './ring-hash.ts';
import { roundRobin } from './round-robin.ts';
import { sourceHash } from './source-hash.ts';
import { twoChoices } from './two-choices.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

/** Every selection policy. Adding one is a file, a line here and a name in protocol/balancer.ts. */
export const pickers: Readonly<Record<Algorithm, () => Picker>> = {
  'round-robin': roundRobin,
  'weighted-round-robin': weightedRoundRobin,
  'least-connections': leastConnections,
  // The same rule: what a candidate counts as active is connections at L4 and requests at L7.
  'least-outstanding': leastConnections,
  'peak-ewma': peakEwma,
  random,
  'two-choices': twoChoices,
  'flow-hash': flowHash,
  'source-hash': sourceHash,
  'modulo-hash': moduloHash,
  'ring-hash': ringHash,
  maglev,
};
