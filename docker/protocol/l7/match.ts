import { z } from 'zod';
import { portSchema } from '../common.ts';

/** RFC 9110 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;
export const fieldNameSchema = z.string().max(100).regex(token, 'a header name such as x-canary');

/** Text alone: equal to it. `present` and `absent` look at nothing else. */
export const valueMatchSchema = z.union([
  z.string().max(1000),
  z
    .strictObject({
      is: z.enum(['exact', 'prefix', 'regex', 'present', 'absent']),
      value: z.string().max(1000).default(''),
    })
    .refine(({ is, value }) => is !== 'regex' || isPattern(value), 'a regular expression'),
]);
export type ValueMatch = z.output<typeof valueMatchSchema>;

export const hostSchema = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'a host as shop.test, or *.shop.test, without a port');

/**
 * Which requests. Everything that is stated must hold; a list holds when one of its entries does. The same words choose
 * a route, a rate limit and who needs a token.
 */
const matchShape = {
  hosts: z
    .array(hostSchema)
    .max(20)
    .default([])
    .meta({ title: 'Hosts', description: '*.shop.test is any name below it, not shop.test itself' }),
  path: z.string().min(1).max(1000).default('/').meta({ title: 'Path' }),
  pathIs: z
    .enum(['prefix', 'exact', 'regex'])
    .default('prefix')
    .meta({ title: 'Path is', description: 'prefix goes by whole segments: /foo is not /foobar' }),
  ports: z
    .array(portSchema)
    .max(16)
    .default([])
    .meta({ title: 'Ports', description: 'of the proxy, where the client came to' }),
  methods: z
    .array(z.string().regex(token, 'a method such as GET'))
    .max(20)
    .default([])
    .meta({ title: 'Methods' }),
  headers: z.record(fieldNameSchema, valueMatchSchema).default({}).meta({ title: 'Headers' }),
  query: z.record(z.string().min(1).max(200), valueMatchSchema).default({}).meta({ title: 'Query' }),
  cookies: z.record(fieldNameSchema, valueMatchSchema).default({}).meta({ title: 'Cookies' }),
  /** The peer of the connection, or the client behind trusted hops; never what anybody can write into a header. */
  sources: z
    .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]))
    .max(100)
    .default([])
    .meta({ title: 'Client addresses' }),
};

export const matchSchema = z.strictObject(matchShape).superRefine(({ path, pathIs }, context) => {
  const wrong = pathIs === 'regex' ? !isPattern(path) : !path.startsWith('/');
  const message = pathIs === 'regex' ? 'a regular expression' : 'a path that begins with /';
  if (wrong) context.addIssue({ code: 'custom', path: ['path'], message });
});
export type Match = z.output<typeof matchSchema>;

/** Trusted, as all configuration is: how long it may take is its author's business. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
