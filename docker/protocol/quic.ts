import { z } from 'zod';
import { duration } from './timing.ts';

/** The application protocol of the lab's own QUIC endpoints: QUIC version 1 for real, one line each way, and no HTTP/3. */
export const quicApplication = 'blindspot';

export function hexSchema(fewest: number, most: number) {
  return z.string().regex(new RegExp(`^([0-9a-f]{2}){${fewest},${most}}$`), 'bytes in lower-case hex');
}

/** How servers write their id into connection ids (QUIC-LB, lb-spec 9.2). AWS NLB: eight bytes in the clear (lb-spec 1.7). */
export const quicIdsSchema = z
  .strictObject({
    rotation: z.int().min(0).max(6).default(0).meta({ title: 'Rotation' }),
    serverIdBytes: z.int().min(1).max(15).default(8).meta({ title: 'Server id (bytes)' }),
    nonceBytes: z.int().min(4).max(18).default(4).meta({ title: 'Nonce (bytes)' }),
    key: hexSchema(16, 16).nullable().default(null).meta({ title: 'Key', description: 'none: in the clear' }),
  })
  .refine(({ serverIdBytes, nonceBytes }) => serverIdBytes + nonceBytes <= 19, {
    message: 'server id and nonce have at most 19 bytes together',
    path: ['nonceBytes'],
  })
  .meta({ title: 'QUIC connection ids' });
export type QuicIds = z.output<typeof quicIdsSchema>;

/** A backend's side. The lab's own protocol: a line asks, a line answers, a stream each. */
export const quicServerSchema = z
  .strictObject({
    on: z.boolean().default(false).meta({
      title: 'QUIC',
      description: 'on UDP, the same port; a change ends the QUIC connections there are',
    }),
    serverId: hexSchema(1, 15).nullable().default(null).meta({
      title: 'Server id in its connection ids',
      description: 'in hex, as the balancer knows it; none: ids are drawn at random',
    }),
    ids: quicIdsSchema.prefault({}),
  })
  .refine(({ serverId, ids }) => serverId === null || serverId.length === 2 * ids.serverIdBytes, {
    message: 'the server id must have as many bytes as ids.serverIdBytes says',
    path: ['serverId'],
  })
  .meta({ title: 'QUIC' });
export type QuicServer = z.output<typeof quicServerSchema>;

/** Where a client's users are: each is another source address of its machine. */
export const networks = ['wifi', 'mobile'] as const;

export const quicClientSchema = z
  .strictObject({
    network: z.enum(networks).default('wifi').meta({
      title: 'Network',
      description:
        'Changing it moves every open QUIC connection to the other source address (with one address alone, to another port). A TCP connection cannot move and is opened anew',
    }),
    fallback: z.boolean().default(false).meta({
      title: 'Falls back to TCP',
      description: 'HTTP/2 with TLS on the same port, where QUIC gets no answer in time',
    }),
    fallbackMs: duration(300, 'Waits for QUIC before that', 10),
  })
  .meta({ title: 'QUIC' });
export type QuicClient = z.output<typeof quicClientSchema>;

/** What became of a load client's QUIC connections; cumulative, but `open`. */
export interface QuicClientStats {
  /** Handshakes that were finished. */
  readonly opened: number;
  readonly open: number;
  /** Handshakes that nobody answered in time. */
  readonly unanswered: number;
  /** Changes of address or port; of these, connections that were heard of again, and that were given up. */
  readonly moved: number;
  readonly lived: number;
  readonly lost: number;
  /** Requests that went over TCP instead. */
  readonly overTcp: number;
  /** The same of the last change of network alone; null where there was none. */
  readonly latest: {
    readonly at: number;
    readonly moved: number;
    readonly lived: number;
    readonly lost: number;
  } | null;
}

/** A backend's QUIC; cumulative, but `open`. */
export interface QuicServerStats {
  readonly opened: number;
  readonly open: number;
  /** Connections that were seen to come from another address than before. */
  readonly moved: number;
  /** Packets of connections that this server knows nothing of: sent to the wrong one. */
  readonly strays: number;
}
