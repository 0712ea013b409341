import { z } from 'zod';
import { addressSchema, portSchema, programSchema } from './common.ts';
import { timer } from './timing.ts';

/** Kubernetes' own defaults (lb-spec 3.4). `exec` is run by the host, in the pod's place. */
export const kubeletProbeSchema = z.strictObject({
  protocol: z.enum(['http', 'tcp', 'grpc', 'exec']).default('http').meta({ title: 'Probe by' }),
  port: portSchema.nullable().default(null).meta({ title: 'Port', description: "null: the pod's own" }),
  path: z.string().startsWith('/').max(1024).default('/').meta({ title: 'Path' }),
  grpcService: z.string().max(200).default('').meta({ title: 'gRPC service' }),
  command: z.array(z.string().max(1000)).max(32).default([]).meta({ title: 'Command' }),
  initialDelayMs: timer(0, 'Initial delay', 0),
  periodMs: timer(10_000, 'Period'),
  timeoutMs: timer(1000, 'Timeout'),
  successThreshold: z.int().min(1).max(100).default(1).meta({ title: 'Successes in a row' }),
  failureThreshold: z.int().min(1).max(1000).default(3).meta({ title: 'Failures in a row' }),
});
export type KubeletProbe = z.output<typeof kubeletProbeSchema>;

/** Liveness and startup succeed at the first success; Kubernetes takes no other threshold for them. */
const onceSchema = kubeletProbeSchema.extend({
  successThreshold: z.literal(1).default(1).meta({ title: 'Successes in a row' }),
  graceMs: timer(30_000, "Grace period after this probe's failure", 0)
    .nullable()
    .default(null)
    .meta({ description: "null: the pod's own" }),
});

/** Everything but the pods and balancers, which a lab names and a program gets as addresses. */
const policyShape = {
  startup: onceSchema.nullable().default(null).meta({ title: 'Startup probe' }),
  readiness: kubeletProbeSchema.nullable().default(null).meta({ title: 'Readiness probe' }),
  liveness: onceSchema.nullable().default(null).meta({ title: 'Liveness probe' }),
  preStopMs: timer(0, 'preStop hook: sleep (0: none)', 0),
  graceMs: timer(30_000, 'Termination grace period', 0),
  /** Given once when preStop outlasts the grace period, and the least between SIGTERM and SIGKILL. */
  leastGraceMs: timer(2000, 'Least time between SIGTERM and SIGKILL', 0),
  backOffMs: timer(10_000, 'Back-off before the second restart'),
  maxBackOffMs: timer(300_000, 'Longest back-off'),
  resetBackOffMs: timer(600_000, 'A good run ends the back-off after'),
  publishDelayMs: timer(0, 'Endpoint publication takes', 0),
};

export const podSchema = z.strictObject({
  name: z.string().min(1).max(63),
  address: addressSchema,
  port: portSchema,
});

export const kubeletSettingsSchema = z.strictObject({
  pods: z.array(podSchema).max(100).meta({ title: 'Pods' }),
  /** Whose target lists carry the endpoints. */
  balancers: z.array(z.string().min(1).max(63)).max(16).default([]).meta({ title: 'Published to' }),
  ...policyShape,
});
export type KubeletSettings = z.output<typeof kubeletSettingsSchema>;

export const kubeletConfigSchema = programSchema.extend({
  role: z.literal('kubelet'),
  settings: kubeletSettingsSchema,
});
export type KubeletConfig = z.output<typeof kubeletConfigSchema>;

export const probeKinds = ['startup', 'readiness', 'liveness'] as const;
export type ProbeKind = (typeof probeKinds)[number];

/** What the host is asked to do. It takes each command once (`POST /commands/ID/take`), acts, and reports. */
export type KubeletCommand = { readonly id: number; readonly node: string } & KubeletOrder;
export type KubeletOrder =
  | { readonly verb: 'start' }
  | { readonly verb: 'signal'; readonly signal: 'TERM' | 'KILL' }
  | { readonly verb: 'exec'; readonly command: readonly string[]; readonly timeoutMs: number }
  | {
      readonly verb: 'publish';
      readonly as: 'ready' | 'not-ready' | 'gone';
      readonly balancers: readonly string[];
    };

/** `POST /reports`: how a command went, or what the host sees of a pod. */
export const kubeletReportSchema = z.union([
  z.strictObject({
    id: z.int().min(1),
    ok: z.boolean(),
    detail: z.string().max(1000).default(''),
    /** It could not even be tried: a prober's own error, which the kubelet throws away. */
    error: z.boolean().default(false),
  }),
  z.strictObject({
    pod: z.string().min(1).max(63),
    running: z.boolean(),
    detail: z.string().max(1000).default(''),
  }),
]);
export type KubeletReport = z.input<typeof kubeletReportSchema>;

export type PodPhase = 'unknown' | 'starting' | 'running' | 'stopping' | 'back-off' | 'gone';

export interface PodStats {
  readonly phase: PodPhase;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly restarts: number;
  /** End of the back-off, of preStop or of the grace period; null where nothing is timed. */
  readonly until: number | null;
  /** What the balancers were last told; null: nothing yet. */
  readonly published: 'ready' | 'not-ready' | 'gone' | null;
  readonly probes: Readonly<Partial<Record<ProbeKind, PodProbeStats>>>;
}

export interface PodProbeStats {
  readonly result: 'unknown' | 'success' | 'failure';
  readonly inARow: number;
  readonly last: { readonly at: number; readonly ok: boolean; readonly detail: string } | null;
}
