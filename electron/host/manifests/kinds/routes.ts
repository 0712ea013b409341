import { z } from 'zod';
import { hostSchema } from '../../../../docker/protocol/l7/match.ts';
import { backendRefs } from './backend-ref.ts';
import { grpcFilters, httpFilters } from './filters.ts';
import { parentRefs } from './gateway.ts';
import { objectName } from './metadata.ts';

const hostnames = z.array(hostSchema).max(16).default([]);

/** Exact, unless said otherwise; a regular expression must fit the whole value. */
const valueMatch = z.strictObject({
  type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
  name: z.string().min(1).max(100),
  value: z.string().min(1).max(900),
});
const valueMatches = z.array(valueMatch).max(16).default([]);
export type ValueMatches = z.output<typeof valueMatches>;

const httpMatch = z.strictObject({
  path: z
    .strictObject({
      type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).default('PathPrefix'),
      value: z.string().min(1).max(900).default('/'),
    })
    .superRefine(({ type, value }, context) => {
      const good = type === 'RegularExpression' ? isPattern(value) : value.startsWith('/');
      if (good) return;
      const message = type === 'RegularExpression' ? 'a regular expression' : 'a path that begins with /';
      context.addIssue({ code: 'custom', path: ['value'], message });
    })
    .prefault({}),
  headers: valueMatches,
  queryParams: valueMatches,
  method: z
    .string()
    .regex(/^[A-Z]+$/, 'a method such as GET')
    .optional(),
});
export type HttpMatch = z.output<typeof httpMatch>;

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
/** GEP-2257, in milliseconds; nought is no limit. */
const kubeDuration = z
  .string()
  .regex(/^(\d{1,5}(h|m|s|ms)){1,4}$/, 'a duration such as 500ms, 10s or 1m30s')
  .transform((text) =>
    [...text.matchAll(/(\d+)(h|ms|m|s)/g)].reduce(
      (sum, [, count = '', unit = '']) => sum + Number(count) * (units[unit] ?? 0),
      0,
    ),
  )
  .refine((ms) => ms <= 86_400_000, 'at most 24h');

const ruleName = { name: objectName.optional() };

export const httpRouteSpec = z.strictObject({
  parentRefs,
  hostnames,
  rules: z
    .array(
      z.strictObject({
        ...ruleName,
        matches: z.array(httpMatch).min(1).max(64).prefault([{}]),
        filters: httpFilters,
        backendRefs,
        timeouts: z
          .strictObject({ request: kubeDuration.optional(), backendRequest: kubeDuration.optional() })
          .superRefine(({ request = 0, backendRequest = 0 }, context) => {
            if (request === 0 || backendRequest <= request) return;
            const message = 'at most as long as request, which it is a part of';
            context.addIssue({ code: 'custom', path: ['backendRequest'], message });
          })
          .prefault({}),
      }),
    )
    .min(1)
    .max(16)
    .prefault([{}]),
});
export type HttpRule = z.output<typeof httpRouteSpec>['rules'][number];

const grpcMatch = z.strictObject({
  method: z
    .strictObject({
      type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
      service: z.string().min(1).max(450).optional(),
      method: z.string().min(1).max(450).optional(),
    })
    .refine(
      ({ service, method }) => service !== undefined || method !== undefined,
      'a service, a method or both',
    )
    .optional(),
  headers: valueMatches,
});
export type GrpcMatch = z.output<typeof grpcMatch>;

export const grpcRouteSpec = z.strictObject({
  parentRefs,
  hostnames,
  rules: z
    .array(
      z.strictObject({
        ...ruleName,
        matches: z.array(grpcMatch).min(1).max(64).prefault([{}]),
        filters: grpcFilters,
        backendRefs,
      }),
    )
    .min(1)
    .max(16)
    .prefault([{}]),
});
export type GrpcRule = z.output<typeof grpcRouteSpec>['rules'][number];

/** One rule: what it would choose by is all said before it. */
const connectionRules = z.array(z.strictObject({ ...ruleName, backendRefs: backendRefs })).length(1);

export const tlsRouteSpec = z.strictObject({
  parentRefs,
  hostnames: hostnames.refine((names) => names.length > 0, 'at least one server name'),
  rules: connectionRules,
});
export const tcpRouteSpec = z.strictObject({ parentRefs, rules: connectionRules });

export const backendTlsPolicySpec = z.strictObject({
  targetRefs: z
    .array(
      z.strictObject({
        group: z.literal('').default(''),
        kind: z.literal('Service').default('Service'),
        name: objectName,
        /** The Service's port by its name; a node here has one. */
        sectionName: objectName.optional(),
      }),
    )
    .min(1)
    .max(16),
  validation: z.strictObject({
    /** The one authority that the lab's nodes trust; named, not looked into. */
    caCertificateRefs: z
      .array(
        z.strictObject({
          group: z.literal('').default(''),
          kind: z.enum(['ConfigMap', 'Secret']).default('ConfigMap'),
          name: objectName,
        }),
      )
      .min(1)
      .max(8),
    hostname: z.string().min(1).max(253),
  }),
});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
