import { z } from 'zod';
import { fieldNameSchema } from './match.ts';

/** What of a request modulo, ring and Maglev hash in the place of the client's address: who sends the same goes to the same. */
export const requestHashSchema = z.strictObject({
  by: z.enum(['connection', 'header', 'cookie', 'path']).default('connection').meta({
    title: 'Hash of',
    description: 'header or cookie: who sends none is hashed by connection; path: without its query',
  }),
  name: fieldNameSchema.default('x-user').meta({ title: 'Header or cookie', for: ['header', 'cookie'] }),
});
export type RequestHash = z.output<typeof requestHashSchema>;
