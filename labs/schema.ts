import { z } from 'zod';
import { actionSchema } from './actions.ts';
import { checkSchema } from './checks.ts';
import { hostNameSchema, idSchema, nodeNameSchema, sentence } from './names.ts';
import { nodeSchema } from './nodes.ts';

/**
 * A lab is a folder of three files, all data: `lab.yaml` (this schema), `guide.md` (its words) and `solution.yaml`
 * (what a person does, step by step, replayed by the verifier). The JSON Schema for editors comes from here too.
 */

/** The same names as the contract's capabilities; the host's types hold the two together. */
export const needNames = [
  'docker',
  'kernel',
  'capture',
  'addresses',
  'signals',
  'shell',
  'kube-proxy',
  'nft-dnat',
  'dsr',
  'xdp',
  'ipvs',
  'quic',
] as const;
const needs = z.array(z.enum(needNames)).default([]);

const choice = { value: idSchema, text: sentence, explain: sentence };

/** Each choice may carry a check: the prediction is right when its choice's check passes as the step passes. */
const predictSchema = z.strictObject({
  prompt: sentence,
  choices: z
    .array(z.strictObject({ ...choice, holds: checkSchema }))
    .min(2)
    .max(6),
});

/** The person names a node of a group, or chooses a value; the step's check compares with what was measured. */
const answerSchema = z.union([
  z.strictObject({ prompt: sentence, from: nodeNameSchema }),
  z.strictObject({ prompt: sentence, choices: z.array(z.strictObject(choice)).min(2).max(12) }),
]);

export const stepSchema = z.strictObject({
  id: idSchema,
  check: checkSchema,
  predict: predictSchema.optional(),
  answer: answerSchema.optional(),
});

export const actSchema = z.strictObject({
  id: idSchema,
  needs,
  /** Nodes that exist in this act only. */
  nodes: z.record(nodeNameSchema, nodeSchema).default({}),
  /** Done by the lab when the act opens, before its first step. */
  begin: z.array(actionSchema).default([]),
  steps: z.array(stepSchema).min(1).max(12),
});

export const labSchema = z.strictObject({
  id: idSchema,
  title: sentence,
  theme: sentence,
  question: sentence,
  minutes: z.int().min(1).max(15),
  needs,
  /** Check, drain, delay and back-off timers run this many times faster than they say; nothing else does. */
  time: z
    .strictObject({ scale: z.number().min(1).max(100), note: sentence })
    .default({ scale: 1, note: 'Real time.' }),
  /** Variables chosen anew in each session, so that the answer cannot be learnt by heart. */
  pick: z
    .record(
      idSchema,
      z.strictObject({
        from: nodeNameSchema,
        foundBy: idSchema.optional(),
        /** By lot; or whoever of a group speaks for its shared address while all are there, or is next to. */
        by: z.enum(['lot', 'speaker', 'next-speaker']).default('lot'),
      }),
    )
    .default({}),
  nodes: z.record(nodeNameSchema, nodeSchema),
  /** Names of sites, and the node where they are found: in every terminal, `curl https://app.lab:8080/` goes there. */
  hosts: z.record(hostNameSchema, nodeNameSchema).default({}),
  acts: z.array(actSchema).min(1).max(9),
  closing: z
    .strictObject({
      prompt: sentence,
      choices: z.array(z.strictObject(choice)).min(2).max(6),
      right: idSchema,
    })
    .optional(),
  cards: z
    .array(z.strictObject({ title: sentence, text: z.string().trim().min(1).max(1500), source: sentence }))
    .default([]),
});

export const solutionSchema = z.strictObject({
  /** By step id: what to do there. An empty list is a step that only waits and watches. */
  steps: z.record(idSchema, z.array(actionSchema)),
  /** The right answer to the closing question. */
  close: idSchema.optional(),
});

export type LabFile = z.output<typeof labSchema>;
export type ActFile = z.output<typeof actSchema>;
export type StepFile = z.output<typeof stepSchema>;
export type SolutionFile = z.output<typeof solutionSchema>;

/** For editors: `# yaml-language-server: $schema=...` at the top of a lab.yaml. */
export function labJsonSchema(): unknown {
  return z.toJSONSchema(labSchema, { io: 'input' });
}

export function solutionJsonSchema(): unknown {
  return z.toJSONSchema(solutionSchema, { io: 'input' });
}
