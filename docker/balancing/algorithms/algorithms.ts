import type { Algorithm } from '../../protocol/balancer.ts';
import type { Picker } from './algorithm.ts';
import { flowHash } from './flow-hash.ts';
import { leastConnections } from './least-connections.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { sourceHash } from './source-hash.ts';
import { twoChoices } from './two-choices.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

/** Every selection policy. Adding one is a file, a line here and a name in protocol/balancer.ts. */
export const pickers: Readonly<Record<Algorithm, () => Picker>> = {
  'round-robin': roundRobin,
  'weighted-round-robin': weightedRoundRobin,
  'least-connections': leastConnections,
  random,
  'two-choices': twoChoices,
  'flow-hash': flowHash,
  'source-hash': sourceHash,
};
