//  raw socket (connecting or connected) --ClientHello ... Finished--> TLSSocket      the connecting side
import type { Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Identity, TlsVersions } from '../../protocol/tls.ts';
import { versionRange } from './versions.ts';

/** How to connect; the costly part of it made once and used for every connection. */
export interface Dialler {
  readonly verify: boolean;
  /** `address` is what the certificate must name where no server name is asked for. */
  secure(raw: Socket, to: { readonly address: string; readonly session?: Buffer | undefined }): TLSSocket;
}

export interface DiallerOptions {
  readonly identity: Identity | undefined;
  readonly serverName: string | null;
  readonly verify: boolean;
  readonly present: boolean;
  readonly versions: TlsVersions;
  /** By preference; empty: not offered. */
  readonly alpn: readonly string[];
}

export function createDialler(options: DiallerOptions): Dialler {
  const { serverName, verify, alpn } = options;
  const context = contextOf(options);
  return {
    verify,
    secure: (raw, { address, session }) =>
      connect({
        socket: raw,
        // Never sent: an address cannot be a server name (RFC 6066 section 3), but a certificate may carry it.
        host: address,
        secureContext: context,
        rejectUnauthorized: verify,
        ...(serverName === null ? {} : { servername: serverName }),
        ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
        ...(session === undefined ? {} : { session }),
      }),
  };
}

function contextOf({ identity, present, versions }: DiallerOptions): SecureContext {
  const own = present ? identity?.certificates[0] : undefined;
  return createSecureContext({
    // An empty list: without a lab's authority nothing is trusted, least of all the machine's own store.
    ca: identity === undefined ? [] : [identity.authority],
    ...versionRange(versions),
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key }),
  });
}
