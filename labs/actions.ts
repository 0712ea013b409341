import { z } from 'zod';
import { faultScopeSchema } from '../docker/protocol/backend.ts';
import { faultSettings } from '../docker/protocol/faults.ts';
import type { FaultName } from '../docker/protocol/faults.ts';
import { idSchema, manifestNameSchema, referenceSchema } from './names.ts';

/**
 * Everything a lab may do to its own topology: the same acts as a person's buttons and terminal, and nothing else.
 * `begin` of an act and `solution.yaml` are lists of these. No code, and no shell but a command typed at a node.
 */
export const faultNames = Object.keys(faultSettings) as [FaultName, ...FaultName[]];
export const faultNameSchema = z.enum(faultNames);

/** A fault's own settings and its scope, checked against the fault's schema. */
export const faultUseSchema = z.strictObject({
  with: z.record(z.string(), z.json()).default({}),
  scope: faultScopeSchema.partial().default({}),
});

export type FaultUse = z.output<typeof faultUseSchema>;

const value = z.string().min(1).max(200);
const node = referenceSchema;

export const actionSchema = z.discriminatedUnion('do', [
  /** A merge patch on a node's settings, as a person states them: real time, node names instead of addresses. */
  z.strictObject({ do: z.literal('set'), node, settings: z.record(z.string(), z.json()) }),
  /** Gives a balancer Kubernetes documents of the lab's folder `manifests`, in the place of those it had. */
  z.strictObject({ do: z.literal('apply'), node, manifests: manifestNameSchema }),
  z.strictObject({ do: z.literal('fault'), node, fault: faultNameSchema, ...faultUseSchema.shape }),
  /** Clears one fault, or all, of a node or of a whole group. */
  z.strictObject({ do: z.literal('heal'), node, fault: faultNameSchema.optional() }),
  z.strictObject({
    do: z.literal('power'),
    node,
    action: z.enum(['start', 'stop', 'kill', 'restart', 'pause', 'resume']),
  }),
  /** Typed in the node's terminal. `expect` is a regular expression that the output must match. */
  z.strictObject({
    do: z.literal('run'),
    node,
    command: z.string().min(1).max(1000),
    expect: z.string().min(1).max(200).optional(),
  }),
  /** Begins, or ends, to look at what crosses a node's interface; needs the capability `capture`. */
  z.strictObject({
    do: z.literal('capture'),
    node,
    on: z.boolean().default(true),
    seconds: z.int().min(1).max(900).default(600),
  }),
  z.strictObject({ do: z.literal('predict'), step: idSchema, value }),
  z.strictObject({ do: z.literal('answer'), step: idSchema, value }),
]);

export type Action = z.output<typeof actionSchema>;
