import { z } from 'zod';
import { duration } from '../timing.ts';
import { fieldNameSchema, matchSchema } from './match.ts';

/** RFC 9110 5.5: no line break, or a header would become two. */
const fieldValueSchema = z
  .string()
  .max(2000)
  .regex(/^[\x20-\x7e\x80-\xff\t]*$/, 'a header value on one line');
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(40);

/** In this order: remove, set, add. `set` takes the place of every field of that name. */
export const headerEditsSchema = z.strictObject({
  set: z.record(fieldNameSchema, fieldValueSchema).default({}),
  add: z.record(fieldNameSchema, fieldValueSchema).default({}),
  remove: z.array(fieldNameSchema).max(50).default([]),
});
export type HeaderEdits = z.output<typeof headerEditsSchema>;

/** RFC 6265 4.1.1, without the quotes. */
const cookieValueSchema = z
  .string()
  .max(2000)
  .regex(
    /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/,
    'a cookie value without spaces, quotes, comma or semicolon',
  );

/** What the client's cookies become before the target sees them. */
export const cookieEditsSchema = z.strictObject({
  set: z.record(fieldNameSchema, cookieValueSchema).default({}),
  remove: z.array(fieldNameSchema).max(50).default([]),
});
export type CookieEdits = z.output<typeof cookieEditsSchema>;

/** Attributes of cookies that targets set, as a public name needs them; null leaves one alone. */
export const setCookieEditsSchema = z.strictObject({
  path: z.string().startsWith('/').max(200).nullable().default(null),
  domain: z.string().max(253).nullable().default(null),
  secure: z.boolean().nullable().default(null),
  httpOnly: z.boolean().nullable().default(null),
  sameSite: z.enum(['Strict', 'Lax', 'None']).nullable().default(null),
});
export type SetCookieEdits = z.output<typeof setCookieEditsSchema>;

const targetPath = z
  .string()
  .startsWith('/')
  .max(1000)
  .regex(/^[\x21-\x7e]+$/, 'a path without spaces');

export const rewriteSchema = z.strictObject({
  /** In place of the whole path; the query stays. $1 to $9 are what the groups of a regular expression took. */
  path: targetPath.nullable().default(null).meta({ title: 'New path' }),
  /** In place of the prefix that matched: /v1/api with prefix / for /v1. */
  prefix: targetPath.nullable().default(null).meta({ title: 'New prefix' }),
  host: z.string().min(1).max(253).nullable().default(null).meta({ title: 'New host' }),
});
export type Rewrite = z.output<typeof rewriteSchema>;

/** What is left out stays as the client sent it. */
export const redirectSchema = z.strictObject({
  status: z
    .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
    .default(302),
  scheme: z.enum(['http', 'https']).nullable().default(null),
  host: z.string().min(1).max(253).nullable().default(null),
  port: z.int().min(1).max(65_535).nullable().default(null),
  path: targetPath.nullable().default(null),
  prefix: targetPath.nullable().default(null),
});
export type Redirect = z.output<typeof redirectSchema>;

export const fixedAnswerSchema = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  contentType: z.string().min(1).max(100).default('text/plain'),
  body: z.string().max(10_000).default(''),
});
export type FixedAnswer = z.output<typeof fixedAnswerSchema>;

/** A copy of the request for another group, whose answer nobody waits for. */
export const mirrorSchema = z.strictObject({
  group: nameSchema,
  share: z.number().min(0).max(1).default(1).meta({ title: 'Share of requests' }),
});
export type Mirror = z.output<typeof mirrorSchema>;

/** Of this route alone, beside the proxy's own; 0: none. */
export const routeTimeoutsSchema = z.strictObject({
  requestMs: duration(0, 'The whole request, all tries'),
  tryMs: duration(0, 'One target, to the head of its answer'),
});
export type RouteTimeouts = z.output<typeof routeTimeoutsSchema>;

const none = { set: {}, add: {}, remove: [] };

export const routeSchema = z
  .strictObject({
    match: matchSchema.prefault({}),
    /** Of two that fit equally well the lower one; then the one that stands first. */
    order: z.int().min(0).max(100_000).default(0).meta({ title: 'Order among equals' }),
    /** Target groups with their weights; 0 takes nothing. */
    forward: z.record(nameSchema, z.number().min(0).max(1_000_000)).default({}).meta({ title: 'Forward to' }),
    redirect: redirectSchema.nullable().default(null),
    respond: fixedAnswerSchema.nullable().default(null),
    rewrite: rewriteSchema.prefault({}),
    requestHeaders: headerEditsSchema.default(none),
    responseHeaders: headerEditsSchema.default(none),
    requestCookies: cookieEditsSchema.default({ set: {}, remove: [] }),
    /** By the cookie's name. */
    responseCookies: z.record(fieldNameSchema, setCookieEditsSchema).default({}),
    mirror: mirrorSchema.nullable().default(null),
    timeouts: routeTimeoutsSchema.prefault({}),
  })
  .refine(({ forward, redirect, respond }) => {
    const stated = [Object.keys(forward).length > 0, redirect !== null, respond !== null];
    return stated.filter(Boolean).length === 1;
  }, 'one of forward, redirect and respond, and only one');
export type Route = z.output<typeof routeSchema>;

export const routesSchema = z.record(nameSchema, routeSchema);
export type Routes = z.output<typeof routesSchema>;
