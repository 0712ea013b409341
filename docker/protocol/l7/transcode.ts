import { z } from 'zod';

/** REST in front, gRPC behind (google.api.http): which call a method and a path are is said by a proto. */
export const transcodeSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({
    title: 'REST to gRPC',
    description: 'what the proto binds to a path is called by gRPC; wants HTTP/2 to targets (pool.protocol)',
  }),
  /** proto3 without oneof, map, streams and imports but google/api/annotations.proto. */
  proto: z.string().max(20_000).default('').meta({ title: 'Proto' }),
  /** Above it: 413 for a request, 502 for an answer. Both are held whole. */
  messageBytes: z
    .int()
    .min(1)
    .max(4_194_304)
    .default(65_536)
    .meta({ title: 'Largest message', unit: 'bytes' }),
});
export type TranscodeSettings = z.output<typeof transcodeSchema>;
