import { z } from 'zod';
import { duration } from '../timing.ts';

/** A second try beside the first: who waits too long asks another target, too, and takes whichever answers first. */
export const hedgeSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({
    title: 'Hedging',
    description: 'requests that may be repeated only, and within the budget of retries',
  }),
  afterMs: duration(100, 'No answer for', 1),
  percentile: z.number().min(0).max(99.9).default(0).meta({
    title: 'or for longer than this percentage of answers took (0: off)',
    description: 'of the last 1,000; the time above stands until there are 100 of them, and is the least',
  }),
});
export type HedgeSettings = z.output<typeof hedgeSchema>;
