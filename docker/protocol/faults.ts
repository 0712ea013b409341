import { z } from 'zod';
import { duration } from './timing.ts';

/**
 * The list of faults, with each one's own settings. `docker/backend/faults/NAME.ts` is what it does.
 * Adding a fault is a line here and that file; a test holds the two together.
 */
export const faultSettings = {
  'always-status': z
    .strictObject({ status: z.int().min(200).max(599).default(500).meta({ title: 'Status' }) })
    .meta({
      title: 'Answers one status',
      description: 'The process lives, the port accepts, every answer is this status.',
    }),
  latency: z
    .strictObject({ ms: duration(200, 'Added latency') })
    .meta({ title: 'Slow', description: 'Every answer waits this long.' }),
} as const satisfies Record<string, z.ZodType>;

export type FaultName = keyof typeof faultSettings;
