import { z } from 'zod';
import type { Group } from '../balancing/group.ts';
import { parseOrRefuse } from '../lib/admin-problem.ts';
import type { AdminRoute } from '../lib/admin-route.ts';
import { OwnCall } from './call.ts';
import { forTarget } from './headers.ts';
import type { Field, RequestHead } from './message.ts';
import type { Pipeline } from './policies/pipeline.ts';
import type { Peer } from './policies/policy.ts';
import { mayBeRepeated } from './retry.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import { portSchema } from '../protocol/common.ts';

const askedSchema = z.strictObject({
  method: z.string().min(1).max(64).default('GET'),
  path: z.string().startsWith('/').max(16_384).default('/'),
  host: z.string().max(255).default('localhost'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Of the proxy; left out: its own. */
  port: portSchema.optional(),
  /** The client's address. */
  from: z.string().max(64).default('127.0.0.1'),
});

/**
 * POST /explain/request: what would become of this request, and by which policies. Nothing is sent, spent or counted. The
 * target itself is chosen only when a real request comes: `POST /explain?next=1` tells why then.
 */
export function explainRequestRoute(
  pipeline: Pick<Pipeline, 'run'>,
  group: Group,
  settings: () => L7Settings,
  /** Where clients reach this proxy: targets are told the port. */
  listen: { readonly address: string; readonly port: number },
): AdminRoute {
  return {
    method: 'POST',
    path: '/explain/request',
    async handle({ body }) {
      const asked = parseOrRefuse(askedSchema, body ?? {});
      const head: RequestHead = {
        method: asked.method,
        scheme: 'http',
        authority: asked.host,
        target: asked.path,
        version: '1.1',
        fields: Object.entries(asked.headers).map(([name, value]): Field => [name, value]),
      };
      const localPort = asked.port ?? listen.port;
      const peer: Peer = { address: asked.from, port: 0, localAddress: listen.address, localPort, tls: null };
      const incoming = { head, peer, hasBody: false, upgrade: null, trailers: false };
      const none = () => Promise.resolve({ bytes: Buffer.alloc(0), whole: true });
      const call = new OwnCall('explain', Date.now(), incoming, none, true);
      const verdict = await pipeline.run(call);
      const why = call.reasons;
      if (verdict !== null) {
        const { status, fields } = verdict.answer;
        return { answer: { by: verdict.by, status, headers: fields }, send: null, why };
      }
      const sent = forTarget(call.head, peer, 'a new id', settings());
      const pool = call.pool ?? group;
      return {
        answer: null,
        send: {
          request: `${sent.method} ${sent.target}`,
          host: sent.authority,
          headers: sent.fields,
          preferred: call.prefer === null ? null : (pool.preferred(call.prefer)?.id ?? null),
          mayServe: group.members.filter(({ id }) => pool.preferred(id) !== null).map(({ id }) => id),
          algorithm: settings().algorithm,
          ...hedged(asked.method, settings()),
        },
        why,
      };
    },
  };
}

/** How long the target has before another is asked, too; nothing where that does not happen. */
function hedged(method: string, { hedge, retry }: L7Settings): { readonly hedge?: string } {
  if (!hedge.enabled || !mayBeRepeated(method, retry)) return {};
  const { afterMs, percentile } = hedge;
  const longer = percentile === 0 ? '' : `, or more than ${percentile} % of answers took`;
  return { hedge: `another target after ${afterMs} ms${longer}` };
}
