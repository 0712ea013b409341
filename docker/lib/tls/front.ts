//  accepted socket --> [TLS handshake: certificate by server name, tickets, client certificate] --> TLSSocket
import { X509Certificate, constants, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, createServer } from 'node:tls';
import type { SecureContext, SecureContextOptions, Server, TLSSocket } from 'node:tls';
import type { CertificateFacts, Flaw, Identity, ServerTls, ServerTlsStats } from '../../protocol/tls.ts';
import { cipherList } from './ciphers.ts';
import { certificateFacts } from './facts.ts';
import { createHandshakeCounter } from './handshake-counter.ts';
import { tlsProblem } from './problem.ts';
import { versionRange } from './versions.ts';

export interface FrontOptions {
  readonly identity: Identity;
  /** Application protocols, by preference. */
  readonly alpn: () => readonly string[];
  /** The handshake is done; `raw` is what was accepted. */
  secured(socket: TLSSocket, raw: Socket): void;
}

/** The accepting side of TLS. Off, it is not in the way: its owner asks `on` before it hands a socket over. */
export interface Front {
  readonly on: boolean;
  accept(raw: Socket): void;
  configure(settings: ServerTls): void;
  /** Shows certificates with this flaw from now on, or good ones again. */
  show(flaw: Flaw | null): void;
  stats(): ServerTlsStats;
}

/** A handshake takes a few round trips; whoever needs longer is not shaking hands (NGINX and HAProxy wait 60 and 10 s). */
const handshakeMs = 10_000;

interface Shown {
  readonly names: readonly string[];
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
  readonly facts: CertificateFacts;
}

export function createFront({ identity, alpn, secured }: FrontOptions): Front {
  const counter = createHandshakeCounter();
  const waiting = new Map<string, Socket>();
  let settings: ServerTls | null = null;
  let flaw: Flaw | null = null;
  let shown: readonly Shown[] = [];
  let server: Server | null = null;

  const make = (): void => {
    const now = settings;
    // Handshakes that are under way end as they began, by the server before this one, which nobody else asks for any more.
    server = null;
    shown = [];
    if (now?.on !== true) return;
    // New keys for new settings: an old ticket would let a client past what it is to be shown now.
    const ticketKeys = randomBytes(48);
    shown = identity.certificates.map((one) => {
      const certificate = flaw === null ? one.certificate : (one.flawed[flaw] ?? one.certificate);
      const options = {
        cert: certificate,
        key: one.key,
        ca: [identity.authority],
        ...versionRange(now.versions),
        ...cipherList(now.ciphers),
      };
      const facts = certificateFacts(new X509Certificate(certificate));
      return { names: one.names, options, context: createSecureContext(options), facts };
    });
    const those = shown;
    const [fallback] = those;
    if (fallback === undefined) return;
    server = createServer({
      ...fallback.options,
      SNICallback: (name, done) => done(null, contextFor(those, name)),
      ALPNProtocols: [...alpn()],
      requestCert: now.clientCertificate !== 'ignore',
      rejectUnauthorized: now.clientCertificate === 'require',
      handshakeTimeout: handshakeMs,
      ticketKeys,
      // TLS 1.3 sends a ticket all the same, but one that only a cache could redeem, and there is none.
      ...(now.resumption ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
    });
    server.on('secureConnection', (socket) => {
      const raw = take(socket);
      counter.done(socket.isSessionReused());
      if (raw === undefined) socket.destroy();
      else secured(socket, raw);
    });
    server.on('tlsClientError', (error, socket) => {
      // One that has closed no longer knows its end: `accept` counts it.
      if (take(socket) !== undefined) counter.failed(tlsProblem(error) ?? 'other');
    });
  };

  const take = (socket: Socket): Socket | undefined => {
    const key = endOf(socket);
    const raw = waiting.get(key);
    waiting.delete(key);
    return raw;
  };

  return {
    get on() {
      return server !== null;
    },
    accept(raw) {
      const key = endOf(raw);
      waiting.set(key, raw);
      raw.once('close', () => {
        if (waiting.get(key) !== raw) return;
        waiting.delete(key);
        // Nothing said at all is a TCP check, or a port scan: no handshake was broken off.
        if (raw.bytesRead > 0) counter.failed('broken-off');
      });
      // A FIN inside the handshake ends it; left half open, the connection would hang until the time-out.
      raw.allowHalfOpen = false;
      server?.emit('connection', raw);
    },
    configure(next) {
      settings = next;
      make();
    },
    show(next) {
      flaw = next;
      make();
    },
    stats: () => ({ on: server !== null, ...counter.counts(), shows: shown.map(({ facts }) => facts) }),
  };
}

/** RFC 6125 6.4.3: `*` stands for exactly one label. Undefined: whoever is first. */
function contextFor(shown: readonly Shown[], asked: string): SecureContext | undefined {
  const name = asked.toLowerCase();
  const parent = name.replace(/^[^.]+/, '*');
  const found =
    shown.find(({ names }) => names.includes(name)) ?? shown.find(({ names }) => names.includes(parent));
  return found?.context;
}

function endOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;
}
