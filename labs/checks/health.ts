import { z } from 'zod';
import { referenceSchema } from '../names.ts';
import { count, falseAlarm, share, targetState } from './common.ts';

/** What balancers and kubelets believe of their targets. */
export const health = {
  /** So many of a balancer's targets are in this state. */
  targets: z.strictObject({
    type: z.literal('targets'),
    balancer: referenceSchema,
    state: targetState,
    count: count.default('all'),
  }),
  target: z.strictObject({
    type: z.literal('target'),
    balancer: referenceSchema,
    target: referenceSchema,
    state: targetState,
  }),
  /** How often a target came or went since the step opened or since the last change, in the last so many seconds. */
  transitions: z.strictObject({
    type: z.literal('transitions'),
    balancer: referenceSchema,
    target: referenceSchema,
    atLeast: z.int().min(0).default(0),
    /** With it, the whole span must have been watched. */
    atMost: z.int().min(0).optional(),
    seconds: z.number().min(0.5).max(600),
  }),
  /** Eviction or return, timed from what caused it, inside the window that the settings predict. */
  detection: z.strictObject({
    type: z.literal('detection'),
    balancer: referenceSchema,
    target: referenceSchema,
    event: z.enum(['evicted', 'returned']),
    cause: z.enum(['settings', 'fault']),
    /** In the lab's own (stated) time; without it, the window is the one the balancer's settings predict. */
    withinMs: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
  }),
  /** The share of failed probes of one target. */
  probes: z.strictObject({
    type: z.literal('probes'),
    balancer: referenceSchema,
    target: referenceSchema,
    expected: share,
    sample: z.int().min(1).default(30),
    falseAlarm,
  }),
  /**
   * Two balancers made the same of one fault, or of its end: each target left, or came back, for the same reason in both,
   * and at most so far apart. Meant for a persona and the system that it imitates.
   */
  agrees: z.strictObject({
    type: z.literal('agrees'),
    balancer: referenceSchema,
    with: referenceSchema,
    targets: referenceSchema,
    event: z.enum(['evicted', 'returned']),
    /** In the lab's own (stated) time. */
    withinMs: z.number().min(0),
  }),
  /** What a kubelet says of a pod, or of each of a group: ready or not. */
  pod: z.strictObject({
    type: z.literal('pod'),
    kubelet: referenceSchema,
    pod: referenceSchema,
    ready: z.boolean(),
  }),
  /** Restarts that a kubelet counts for one pod, or for a group together, since the step opened. */
  restarts: z.strictObject({
    type: z.literal('restarts'),
    kubelet: referenceSchema,
    pod: referenceSchema,
    atLeast: z.int().min(0).default(0),
    /** With it, the whole span must have been watched. */
    atMost: z.int().min(0).optional(),
    seconds: z.number().min(0.5).max(600).default(2),
  }),
} as const;
