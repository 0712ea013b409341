import { z } from 'zod';
import { fieldNameSchema } from '../../../../docker/protocol/l7/match.ts';
import { serviceRef } from './backend-ref.ts';

const value = z.string().max(2000);
const fields = z
  .array(z.strictObject({ name: fieldNameSchema, value }))
  .max(16)
  .default([]);
const headerFilter = z.strictObject({
  set: fields,
  add: fields,
  remove: z.array(fieldNameSchema).max(16).default([]),
});
export type HeaderFilter = z.output<typeof headerFilter>;

const pathChange = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ReplaceFullPath'),
    replaceFullPath: z.string().startsWith('/').max(1000),
  }),
  z.strictObject({
    type: z.literal('ReplacePrefixMatch'),
    replacePrefixMatch: z.string().max(1000),
  }),
]);
export type PathChange = z.output<typeof pathChange>;

const hostname = z.string().min(1).max(253);

export const requestHeaders = z.strictObject({
  type: z.literal('RequestHeaderModifier'),
  requestHeaderModifier: headerFilter,
});
export const responseHeaders = z.strictObject({
  type: z.literal('ResponseHeaderModifier'),
  responseHeaderModifier: headerFilter,
});
export const mirror = z.strictObject({
  type: z.literal('RequestMirror'),
  requestMirror: z
    .strictObject({
      backendRef: serviceRef,
      percent: z.int().min(0).max(100).optional(),
      fraction: z
        .strictObject({ numerator: z.int().min(0), denominator: z.int().min(1).default(100) })
        .optional(),
    })
    .refine(
      (one) => one.percent === undefined || one.fraction === undefined,
      'percent or fraction, not both',
    ),
});
export const redirect = z.strictObject({
  type: z.literal('RequestRedirect'),
  requestRedirect: z.strictObject({
    scheme: z.enum(['http', 'https']).optional(),
    hostname: hostname.optional(),
    path: pathChange.optional(),
    port: z.int().min(1).max(65_535).optional(),
    statusCode: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
      .default(302),
  }),
});
export const rewrite = z.strictObject({
  type: z.literal('URLRewrite'),
  urlRewrite: z.strictObject({ hostname: hostname.optional(), path: pathChange.optional() }),
});

export const httpFilters = z
  .array(z.discriminatedUnion('type', [requestHeaders, responseHeaders, mirror, redirect, rewrite]))
  .max(16)
  .default([]);
/** What can be done to a call that must reach its method. */
export const grpcFilters = z
  .array(z.discriminatedUnion('type', [requestHeaders, responseHeaders, mirror]))
  .max(16)
  .default([]);
export type Filter = z.output<typeof httpFilters>[number];
