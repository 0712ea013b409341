import { z } from 'zod';
import { duration } from './timing.ts';
import { flaws } from './tls.ts';

/**
 * The list of faults, with each one's own settings. `docker/backend/faults/NAME.ts` is what it does.
 * Adding a fault is an entry here, that file, and its line in `docker/backend/fault-list.ts`, which the compiler asks for.
 */
const status = (fallback: number, min = 200) => z.int().min(min).max(599).default(fallback);
const bytes = (fallback: number, max: number) => z.int().min(1).max(max).default(fallback);

export const faultSettings = {
  'always-status': z.strictObject({ status: status(500).meta({ title: 'Status' }) }).meta({
    title: 'Answers one status',
    description: 'The process lives, the port accepts, every answer is this status.',
  }),
  'error-share': z
    .strictObject({
      share: z.number().min(0).max(1).default(0.3).meta({ title: 'Share of requests' }),
      status: status(500, 400).meta({ title: 'Status' }),
    })
    .meta({
      title: 'Fails a share of requests',
      description:
        'Exactly this share of every hundred requests, in random order, is answered with an error.',
    }),
  latency: z
    .strictObject({
      ms: duration(200, 'Added latency (its median)'),
      shape: z.enum(['fixed', 'normal', 'lognormal', 'pareto']).default('fixed').meta({ title: 'Shape' }),
      deviationMs: duration(50, 'Standard deviation').meta({ for: ['normal'] }),
      p99Ms: duration(2000, '99th percentile').meta({ for: ['lognormal', 'pareto'] }),
      byPath: z
        .record(z.string().startsWith('/'), z.number().min(0).max(86_400_000))
        .default({})
        .meta({ title: 'Other medians, by path prefix' }),
    })
    .meta({ title: 'Slow', description: 'Every answer waits: a fixed time, a bell curve, or a long tail.' }),
  hang: z
    .strictObject({})
    .meta({ title: 'Hangs', description: 'Accepts the connection, reads the request, never answers.' }),
  refuse: z.strictObject({}).meta({
    title: 'Refuses connections',
    description: 'The listening port is closed; connections that exist go on.',
  }),
  'accept-and-reset': z.strictObject({}).meta({
    title: 'Accepts, then resets',
    description: 'The handshake succeeds, as a TCP check wants it; the next packet is a reset.',
  }),
  'reset-mid-response': z
    .strictObject({
      bodyShare: z.number().min(0).max(1).default(0.5).meta({ title: 'Share of the body sent before' }),
      afterMs: duration(10, 'Pause before the reset'),
    })
    .meta({
      title: 'Resets mid-response',
      description: 'Head and part of the body go out, then a reset instead of the rest.',
    }),
  'truncated-body': z
    .strictObject({
      bodyShare: z.number().min(0).max(0.99).default(0.5).meta({ title: 'Share of the body sent' }),
    })
    .meta({
      title: 'Truncated body',
      description: 'Content-Length promises all of it; the connection is closed in order after a part.',
    }),
  'slow-body': z
    .strictObject({
      pieces: z.int().min(2).max(1000).default(10).meta({ title: 'Pieces' }),
      overMs: duration(5000, 'From the head to the last piece'),
    })
    .meta({ title: 'Slow body', description: 'The head comes at once, the body drips.' }),
  'deadlocked-pool': z
    .strictObject({
      workers: z.int().min(1).max(10_000).default(10).meta({ title: 'Workers' }),
      giveUpMs: duration(30_000, 'Waiting requests are answered 503 after (0: never)'),
    })
    .meta({
      title: 'Deadlocked pool',
      description:
        'Each request takes a worker and never gives it back. When none is left, requests hang; ' +
        'a shallow /health goes on passing, one that needs a worker hangs too.',
    }),
  'stale-cache': z
    .strictObject({
      version: z.string().min(1).max(63).default('v0').meta({ title: 'Version of the old content' }),
      ageMs: duration(3_600_000, 'Its age when the fault begins'),
    })
    .meta({ title: 'Stale cache', description: 'Old content with status 200; only its body and Age tell.' }),
  'dependency-down': z
    .strictObject({
      name: z.string().min(1).max(63).default('database').meta({ title: 'Dependency' }),
      how: z.enum(['refused', 'timeout']).default('refused').meta({ title: 'How it fails' }),
    })
    .meta({
      title: 'Dependency down',
      description: 'As seen from this backend, the named dependency is gone.',
    }),
  overload: z
    .strictObject({
      capacity: z.int().min(1).max(10_000).default(4).meta({ title: 'Requests at once' }),
      serviceMs: duration(50, 'Time for each'),
      queue: z.int().min(0).max(100_000).default(50).meta({ title: 'Places in the queue' }),
      notReadyAt: z
        .number()
        .min(0)
        .max(1)
        .default(0.8)
        .meta({ title: '/ready fails at this share of the queue' }),
    })
    .meta({
      title: 'Overload',
      description:
        'Little capacity and a queue; beyond it 503. /ready fails when the queue fills, /healthz holds.',
    }),
  'slow-start': z
    .strictObject({
      startMs: duration(0, 'Answers 503 to everything for'),
      warmUpMs: duration(30_000, 'Then warms up for'),
      worstMs: duration(500, 'Added latency when cold'),
      curve: z.enum(['linear', 'exponential']).default('linear').meta({ title: 'Curve' }),
    })
    .meta({ title: 'Slow start', description: 'Cold after its start: not there, then slow, then well.' }),
  flap: z
    .strictObject({
      upMs: duration(5000, 'Up for', 10),
      downMs: duration(5000, 'Down for', 10),
      how: z.enum(['status', 'refuse', 'hang']).default('status').meta({ title: 'Down means' }),
      status: status(503).meta({ title: 'Status', for: ['status'] }),
    })
    .meta({ title: 'Flapping', description: 'Comes and goes; down first.' }),
  'memory-growth': z
    .strictObject({
      mibPerSecond: z.number().min(0.1).max(1000).default(4).meta({ title: 'MiB per second' }),
      limitMiB: z.int().min(0).max(100_000).default(0).meta({ title: 'Stop at MiB (0: until it is killed)' }),
    })
    .meta({ title: 'Memory leak', description: 'Grows until the container’s limit ends it.' }),
  crash: z
    .strictObject({
      exitCode: z.int().min(0).max(255).default(1).meta({ title: 'Exit code' }),
      afterRequests: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(0)
        .meta({ title: 'At this many requests (0: not)' }),
      afterMs: duration(100, 'Or after (0: not)'),
    })
    .meta({ title: 'Crash', description: 'The process ends with an exit code, and all it carried with it.' }),
  'ignore-sigterm': z.strictObject({}).meta({
    title: 'Ignores SIGTERM',
    description: 'Only SIGKILL ends it, after whatever grace period there is.',
  }),
  'wrong-content': z
    .strictObject({
      contentType: z.string().max(200).default('text/html').meta({ title: 'Content-Type' }),
      body: z
        .string()
        .max(10_000)
        .default('<html><body><h1>Down for maintenance</h1></body></html>')
        .meta({ title: 'Body' }),
    })
    .meta({ title: 'Wrong content', description: 'The right status with somebody else’s content.' }),
  'large-response': z
    .strictObject({ bytes: bytes(5_000_000, 1_000_000_000).meta({ title: 'Body size' }) })
    .meta({ title: 'Large response', description: 'Every body has this size, sent as fast as it is read.' }),
  'wrong-certificate': z
    .strictObject({ flaw: z.enum(flaws).default('expired').meta({ title: 'What is wrong with it' }) })
    .meta({
      title: 'Wrong certificate',
      description: 'TLS with the right key under a certificate that whoever verifies must refuse.',
    }),
  'half-open': z.strictObject({}).meta({
    title: 'Packets vanish',
    description: 'nftables drops everything from and to the port: no reset, no end. Needs NET_ADMIN.',
  }),
} as const satisfies Record<string, z.ZodType>;

export type FaultName = keyof typeof faultSettings;
export type FaultSettings<N extends FaultName> = z.output<(typeof faultSettings)[N]>;
export const faultNames = Object.keys(faultSettings) as readonly FaultName[];
