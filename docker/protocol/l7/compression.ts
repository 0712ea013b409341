import { z } from 'zod';

/** Answers made smaller on their way to clients that can read them so. */
export const compressionSchema = z.strictObject({
  /** The proxy's own order, where a client likes several equally. */
  encodings: z
    .array(z.enum(['zstd', 'br', 'gzip']))
    .max(3)
    .default([])
    .meta({ title: 'Encodings (none: off)' }),
  effort: z.enum(['fast', 'balanced', 'best']).default('fast').meta({ title: 'Effort' }),
  /** Below it, what is saved does not pay for the head of the encoding. A body of unknown length counts as long. */
  minBytes: z.int().min(0).max(1_048_576).default(256).meta({ title: 'Bodies from so many bytes' }),
  /** What is compressed already (images, video, archives) only grows. */
  types: z
    .array(z.string().regex(/^[a-z0-9*+.-]+\/[a-z0-9*+.-]+$/, 'a media type such as text/html or text/*'))
    .max(50)
    .default([
      'text/html',
      'text/css',
      'text/plain',
      'text/javascript',
      'application/javascript',
      'application/json',
      'application/xml',
      'image/svg+xml',
    ])
    .meta({ title: 'Media types' }),
});
export type CompressionSettings = z.output<typeof compressionSchema>;
export type Encoding = CompressionSettings['encodings'][number];
