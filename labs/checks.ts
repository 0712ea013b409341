import { z } from 'zod';
import { connections } from './checks/connections.ts';
import { hands } from './checks/hands.ts';
import { health } from './checks/health.ts';
import { packets } from './checks/packets.ts';
import { proxies } from './checks/proxies.ts';
import { requests } from './checks/requests.ts';

/**
 * The vocabulary of checks, closed on purpose: a lab states what must be measured, never how to measure it.
 * `electron/host/checks/NAME.ts` is what each one reads. Adding one is a schema in `checks/`, by its theme, and that file.
 */
const shapes = { ...requests, ...connections, ...proxies, ...health, ...packets, ...hands } as const;

export type SimpleCheck = z.output<(typeof shapes)[keyof typeof shapes]>;
export type CheckOf<T extends SimpleCheck['type']> = Extract<SimpleCheck, { type: T }>;

/** Several at once. `all` passes at the moment when all hold together, not one after another. */
export type Check = SimpleCheck | Several<'all'> | Several<'any'>;
interface Several<T> {
  readonly type: T;
  readonly of: readonly [Check, ...Check[]];
}

const several = <T extends 'all' | 'any'>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    get of(): z.ZodType<[Check, ...Check[]]> {
      return z.tuple([checkSchema], checkSchema);
    },
  });

export const checkSchema: z.ZodType<Check> = z.discriminatedUnion('type', [
  several('all'),
  several('any'),
  ...Object.values(shapes),
]);
