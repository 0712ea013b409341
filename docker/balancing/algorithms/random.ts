import type { Picker } from './algorithm.ts';
import { byWeight } from './algorithm.ts';

/** Every new connection by chance, in proportion to weight. */
export function random(): Picker {
  return (candidates, context) => {
    const draw = context.random();
    context.note?.(`drew ${draw.toFixed(4)}`);
    return byWeight(candidates, draw);
  };
}
