import { z } from 'zod';
import { duration } from './timing.ts';

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export const networkSchema = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'a network such as 192.0.2.0/24, or one address',
});
const networks = z.array(networkSchema).max(256).default([]);

/** Judged before a target is touched. A kernel has answered the SYN by then, so what is refused is reset, not dropped. */
export const guardSchema = z.strictObject({
  allow: networks.meta({
    title: 'Allowed sources (none: everyone)',
    description: 'Holds for new connections; those that stand go on, both ways, as behind a security group',
  }),
  maxPerSource: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ title: 'Open connections per source (0: any)' }),
  ratePerSource: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ title: 'New connections per second and source (0: any)' }),
  burst: z.int().min(1).max(100_000).default(10).meta({ title: 'At once, before that rate holds' }),
});
export type GuardSettings = z.output<typeof guardSchema>;

/** Who the client was, told to the target before the client's first byte, and believed of whoever stands before us. */
export const proxyProtocolSchema = z.strictObject({
  send: z.enum(['off', 'v1', 'v2']).default('off').meta({ title: 'PROXY protocol to targets' }),
  checksum: z.boolean().default(false).meta({ title: 'With a CRC32C (v2 only)' }),
  expect: z.boolean().default(false).meta({
    title: 'Expected from clients',
    description: 'A connection that does not begin with it is closed',
  }),
  trusted: networks.meta({
    title: 'Expected only from (none: everyone)',
    description: 'From all others no header is expected, and none is read',
  }),
  timeoutMs: duration(5000, 'Longest wait for it', 1),
});
export type ProxyProtocolSettings = z.output<typeof proxyProtocolSchema>;

const serverName = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'a lower-case host name, or *. and one');
const targetIds = z.array(z.string().min(1).max(63)).max(1000);

/** Routes by what a TLS client says in the clear. Nothing is decrypted: the same bytes go on to the target. */
export const serverNamesSchema = z.strictObject({
  peek: z.boolean().default(false).meta({ title: 'Read the server name (SNI), without routes too' }),
  /** The first that fits. An empty list of names or protocols fits any. `*.example.com` fits any depth below it. */
  routes: z
    .array(
      z.strictObject({
        names: z.array(serverName).max(100).default([]),
        alpn: z.array(z.string().min(1).max(255)).max(16).default([]),
        targets: targetIds.min(1),
      }),
    )
    .max(100)
    .default([])
    .meta({ title: 'Routes by server name' }),
  otherwise: targetIds.nullable().default(null).meta({
    title: 'Targets where no route fits',
    description: 'null: all of them; an empty list: refused. So is what is not TLS, or names no server',
  }),
  timeoutMs: duration(5000, 'Longest wait for the ClientHello', 1),
});
export type ServerNameSettings = z.output<typeof serverNamesSchema>;

/** What people ask of a balancer that only somebody who reads requests could do. */
const ofRequests =
  /^(paths?|routes?|routing|rules?|hosts?|headers?|methods?|cookies?|urls?|query|sticky|limits)$/;

/** A rule that this layer cannot judge is refused with the reason, and with what it can do instead. */
export function blindTo(issue: {
  readonly code?: string;
  readonly keys?: readonly string[];
}): string | undefined {
  const asked =
    issue.code === 'unrecognized_keys' ? issue.keys?.find((key) => ofRequests.test(key)) : undefined;
  if (asked === undefined) return undefined;
  return (
    `no "${asked}" here: a Layer 4 balancer reads no request. It knows two addresses, two ports and the protocol, ` +
    'and of TLS the server name (serverNames). What depends on a request needs an L7 proxy'
  );
}

/** What only a forwarder of connections has. */
export const l4OwnShape = {
  guard: guardSchema.prefault({}),
  proxyProtocol: proxyProtocolSchema.prefault({}),
  serverNames: serverNamesSchema.prefault({}),
  keepAliveMs: duration(0, 'TCP keepalive on both sides, first probe after (0: off)'),
  stopMs: duration(0, 'On SIGTERM, time for open connections to finish'),
};
