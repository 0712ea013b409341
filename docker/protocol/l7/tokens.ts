import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { fieldNameSchema, matchSchema } from './match.ts';
import { nameSchema } from './route.ts';

/** Only signatures: what is not in this list, `none` first of all, is refused whatever the token says. */
export const tokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** RFC 7517: a public key. Private ones are refused, since a proxy that checks has no use for them. */
const keySchema = z
  .record(z.string().max(40), z.union([z.string().max(2000), z.array(z.string().max(2000)).max(20)]))
  .refine((key) => !('d' in key), 'a public key: this one has a private part')
  .refine((key) => isKey(key), 'a key as RFC 7517 writes it');

/** Who must show a token (RFC 7519), and what it must say. */
export const tokenRuleSchema = z.strictObject({
  match: matchSchema.prefault({}),
  issuer: z.string().max(200).nullable().default(null).meta({ title: 'Issuer' }),
  audience: z.string().max(200).nullable().default(null).meta({ title: 'Audience' }),
  /** Values that a claim of scopes (`scope`, by spaces, RFC 8693) must hold. */
  scopes: z.array(z.string().min(1).max(100)).max(20).default([]).meta({ title: 'Scopes' }),
  /** The subject is told to the target under this name; whatever the client wrote there is taken out. */
  subjectHeader: fieldNameSchema.default('x-subject').meta({ title: 'Subject told to targets as' }),
});
export type TokenRule = z.output<typeof tokenRuleSchema>;

export const tokensSchema = z.strictObject({
  rules: z.record(nameSchema, tokenRuleSchema).default({}).meta({ title: 'Rules' }),
  keys: z.array(keySchema).max(20).default([]).meta({ title: 'Public keys (JWKS)' }),
  algorithms: z
    .array(z.enum(tokenAlgorithms))
    .min(1)
    .default(['RS256', 'ES256'])
    .meta({ title: 'Algorithms allowed' }),
  leewaySeconds: z.int().min(0).max(600).default(30).meta({ title: 'Leeway of clocks', unit: 's' }),
});
export type TokensSettings = z.output<typeof tokensSchema>;

function isKey(key: JsonWebKey): boolean {
  try {
    return createPublicKey({ key, format: 'jwk' }).type === 'public';
  } catch {
    return false;
  }
}
