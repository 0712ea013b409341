/** Those that can be asked about picks that were made; the settings' own list says which a balancer takes. */
const both = [
  'round-robin',
  'weighted-round-robin',
  'least-connections',
  'random',
  'two-choices',
  'flow-hash',
  'source-hash',
  'modulo-hash',
  'ring-hash',
  'maglev',
] as const;

export const algorithmNames = { l4: both, l7: [...both, 'least-outstanding', 'peak-ewma'] } as const;
