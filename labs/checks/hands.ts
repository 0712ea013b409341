import { z } from 'zod';
import { referenceSchema } from '../names.ts';

/** What a person set, broke, answered and typed; and whether the books balance. */
export const hands = {
  setting: z.strictObject({
    type: z.literal('setting'),
    node: referenceSchema,
    path: z.string().min(1),
    equals: z.json(),
  }),
  fault: z.strictObject({
    type: z.literal('fault'),
    node: referenceSchema,
    fault: z.string().min(1),
    on: z.boolean(),
  }),
  /** What the person answered in this step is what was measured. */
  answer: z.strictObject({
    type: z.literal('answer'),
    truth: z.union([
      /** The member of a group whose own counters hold the most 5xx answers. */
      z.strictObject({ mostErrors: referenceSchema }),
      /** A fixed value, or a node by its variable. */
      z.strictObject({ equals: z.string().min(1).max(200) }),
    ]),
  }),
  /** Someone ran a command at this node since the step opened, and its output matched. */
  command: z.strictObject({
    type: z.literal('command'),
    node: referenceSchema,
    matches: z.string().min(1).max(200),
  }),
  /** All witnesses agree to the unit. */
  ledger: z.strictObject({ type: z.literal('ledger') }),
} as const;
