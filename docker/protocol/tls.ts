import { z } from 'zod';
import type { LatencyStats } from './stats.ts';

/**
 * TLS as configs and settings state it. What a node *holds* (certificates with their keys, the authority it trusts) is
 * in its config, is made by the host for one session, and is never told by the admin API; what it *does* with them is
 * in its settings, and can change while it runs.
 */

const nameSchema = z.string().min(1).max(253);
const pem = (what: string) => z.string().regex(new RegExp(`^-----BEGIN ${what}-----\\n`), `a PEM ${what}`);

/** What can be wrong with a certificate while key and handshake are all right. */
export const flaws = ['wrong-name', 'expired', 'self-signed', 'unknown-authority'] as const;
export type Flaw = (typeof flaws)[number];

/** Each program puts whom it trusts beside its admin socket, for the curl and openssl of its terminals. */
export const authorityFile = 'authority.pem';

/** One certificate with its key. Wildcards as in a certificate: `*.lab` stands for one label. */
export const certificateSchema = z.object({
  /** The server names it is shown for; the first certificate is shown to those who name none that is known. */
  names: z.array(nameSchema).min(1),
  certificate: pem('CERTIFICATE'),
  key: pem('PRIVATE KEY'),
  /** The same key under certificates that a careful client refuses. */
  flawed: z.partialRecord(z.enum(flaws), pem('CERTIFICATE')).default({}),
});
export type Certificate = z.output<typeof certificateSchema>;

/** What a node holds. Without a certificate it can still trust. */
export const identitySchema = z.object({
  /** The one authority that this node trusts. */
  authority: pem('CERTIFICATE'),
  certificates: z.array(certificateSchema).default([]),
});
export type Identity = z.output<typeof identitySchema>;

export const tlsVersionsSchema = z
  .enum(['1.2-1.3', '1.2', '1.3'])
  .default('1.2-1.3')
  .meta({ title: 'TLS versions' });
export type TlsVersions = z.output<typeof tlsVersionsSchema>;

/** TLS 1.3 has none but good ones, and its own choice is no setting. */
export const tlsCiphersSchema = z.enum(['intermediate', 'wide']).default('intermediate').meta({
  title: 'Ciphers of TLS 1.2',
  description:
    'intermediate: authenticated, with forward secrecy; wide: what OpenSSL offers, CBC and all, for old clients',
});
export type TlsCiphers = z.output<typeof tlsCiphersSchema>;

/** A listener that speaks TLS. */
export const serverTlsSchema = z
  .strictObject({
    on: z.boolean().default(false).meta({ title: 'TLS' }),
    clientCertificate: z
      .enum(['ignore', 'ask', 'require'])
      .default('ignore')
      .meta({ title: 'Client certificate', description: 'require: mutual TLS' }),
    versions: tlsVersionsSchema,
    ciphers: tlsCiphersSchema,
    resumption: z.boolean().default(true).meta({
      title: 'Session tickets',
      description: 'A client that comes back skips certificate and key exchange',
    }),
  })
  .meta({ title: 'TLS' });
export type ServerTls = z.output<typeof serverTlsSchema>;

const clientShape = {
  on: z.boolean().default(false).meta({ title: 'TLS' }),
  serverName: nameSchema.nullable().default(null).meta({
    title: 'Server name',
    description: 'Asked for in the ClientHello and expected in the certificate; null: the Host header’s',
  }),
  verify: z.boolean().default(true).meta({
    title: 'Verify the certificate',
    description: 'Chain, dates and name; off: any certificate will do',
  }),
  present: z.boolean().default(false).meta({ title: 'Show its own certificate' }),
  resume: z.boolean().default(true).meta({ title: 'Resume sessions' }),
  versions: tlsVersionsSchema,
};

/** A load client's side: careful unless told otherwise, as a browser is. */
export const clientTlsSchema = z.strictObject(clientShape).meta({ title: 'TLS' });
export type ClientTls = z.output<typeof clientTlsSchema>;

/** A balancer's side towards its targets: NLB and ALB never verify, HAProxy, NGINX and Envoy only when told to. */
export const targetTlsSchema = z
  .strictObject({
    ...clientShape,
    serverName: clientShape.serverName.meta({
      title: 'Server name',
      description:
        'Asked for in the ClientHello and, when verifying, expected in the certificate; null: none',
    }),
    verify: z.boolean().default(false).meta({
      title: 'Verify the target’s certificate',
      description: 'Off, any certificate will do: encrypted, to whoever answers',
    }),
  })
  .meta({ title: 'TLS to targets' });
export type TargetTls = z.output<typeof targetTlsSchema>;

/** Why a handshake came to nothing, whichever side says so. */
export const tlsProblems = [
  'wrong-name',
  'expired',
  'not-yet-valid',
  'self-signed',
  'unknown-authority',
  /** The server asked for a client certificate and got none, or none that it trusts. */
  'client-certificate',
  /** One side does not speak TLS at all. */
  'not-tls',
  /** No version, cipher or application protocol in common. */
  'no-agreement',
  /** The connection was closed or reset inside the handshake. */
  'broken-off',
  'timeout',
  'other',
] as const;
export type TlsProblem = (typeof tlsProblems)[number];

/** A certificate in words; nothing secret. */
export interface CertificateFacts {
  readonly names: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** What one finished handshake agreed on, as one side saw it. */
export interface TlsFacts {
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string | null;
  readonly serverName: string | null;
  readonly resumed: boolean;
  /** The other side's certificate; null where it showed none. */
  readonly peer: CertificateFacts | null;
  /** Whether this side's own rules trust that certificate; null where nobody looked. */
  readonly trusted: boolean | null;
  readonly handshakeMs: number;
}

/** Counters of one side of TLS, cumulative. */
export interface HandshakeStats {
  readonly full: number;
  readonly resumed: number;
  readonly failed: Readonly<Partial<Record<TlsProblem, number>>>;
}

/** Whoever accepts: handshakes with those who came, and what it shows them now. */
export interface ServerTlsStats extends HandshakeStats {
  readonly on: boolean;
  /** By the names it is shown for. Whoever shows a certificate holds its key. */
  readonly shows: readonly CertificateFacts[];
}

/** Whoever connects. */
export interface ClientTlsStats extends HandshakeStats {
  /** From the connection to the finished handshake. */
  readonly handshake: LatencyStats;
  /** The certificate it was shown last. */
  readonly shown: CertificateFacts | null;
}
