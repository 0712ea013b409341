import { z } from 'zod';
import { duration, timer } from '../timing.ts';

const bytes = (standard: number, title: string, max = 1_048_576) =>
  z.int().min(64).max(max).default(standard).meta({ title, unit: 'bytes' });

/** What the proxy takes from clients: sizes, patience, strictness. */
export const httpSchema = z.strictObject({
  /** As AWS ALB: what is not plainly right is classed, and the mode says what becomes of each class. */
  desync: z
    .enum(['monitor', 'defensive', 'strictest'])
    .default('defensive')
    .meta({ title: 'Desync mitigation' }),
  requestLineBytes: bytes(16_384, 'Request line (longer: 414)'),
  fieldBytes: bytes(16_384, 'One header field (longer: 431)'),
  headBytes: bytes(65_536, 'All header fields (more: 431)'),
  fields: z.int().min(1).max(10_000).default(200).meta({ title: 'Number of header fields (more: 431)' }),
  /** 0: any. */
  bodyBytes: z.int().min(0).default(0).meta({ title: 'Request body (larger: 413; 0: any)', unit: 'bytes' }),
  answerHeadBytes: bytes(32_768, 'Header of an answer (more: 502)'),
  headTimeoutMs: duration(60_000, 'Time to send a request head (longer: 408)', 1),
  bodyTimeoutMs: duration(60_000, 'Silence inside a request body (longer: 408)', 1),
  requestsPerConnection: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ title: 'Requests on one client connection (0: no limit)' }),
  tunnelIdleMs: timer(60_000, 'Silence in a tunnel (WebSocket)'),
  /** Connections are told that they are the last, requests under way are answered, and then what is left is cut. */
  stopMs: duration(5000, 'On SIGTERM, time for requests under way to finish'),
  /** RFC 9110 section 7.6.3 wants it on requests; ALB and NGINX leave it out. */
  via: z.boolean().default(false).meta({ title: 'Via' }),
});
export type HttpSettings = z.output<typeof httpSchema>;
