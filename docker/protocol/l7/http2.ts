import { z } from 'zod';

/** HTTP/2 from clients: by prior knowledge, or by ALPN where the proxy ends TLS. */
export const http2Schema = z.strictObject({
  enabled: z.boolean().default(true).meta({ title: 'HTTP/2 from clients' }),
  /** ALB and NGINX: 128. */
  streams: z.int().min(1).max(10_000).default(128).meta({ title: 'Streams at once on a connection' }),
  /** Rapid reset (CVE-2023-44487): opened and cancelled streams cost us more than the client. */
  resetsAtOnce: z.int().min(1).default(1000).meta({ title: 'Streams a client may reset at once' }),
  resetsPerSecond: z.int().min(1).default(33).meta({ title: 'and per second after that' }),
});
export type Http2Settings = z.output<typeof http2Schema>;
