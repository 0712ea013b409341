//  socket (connecting) --ClientHello with the user's last ticket--> TLS socket --> facts, or why there is no handshake
import type * as net from 'node:net';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tlsFacts } from '../lib/tls/facts.ts';
import type { Handshakes } from '../lib/tls/handshakes.ts';
import { problemWords, tlsProblem } from '../lib/tls/problem.ts';
import { createDialler } from '../lib/tls/secure.ts';
import type { ClientSettings, FailureKind } from '../protocol/client.ts';
import type { Identity, TlsFacts, TlsProblem } from '../protocol/tls.ts';
import type { Failure } from './failure.ts';

/** How one transport lays TLS over its connections. */
export interface Secure {
  over(raw: net.Socket, address: string, user: number, hooks: SecureHooks): TLSSocket;
}

export interface SecureHooks {
  done(facts: TlsFacts): void;
  /** The connection stood, the handshake did not. */
  failed(failure: Failure): void;
}

/** Tickets of so many users are kept, the latest of each. */
const mostTickets = 2000;

const protocols: Readonly<Record<ClientSettings['protocol'], readonly string[]>> = {
  http1: ['http/1.1'],
  websocket: ['http/1.1'],
  http2: ['h2'],
  grpc: ['h2'],
  tcp: [],
  udp: [],
  // Over TCP, where QUIC gets no answer.
  quic: ['h2'],
};

/** Null while TLS is off. Made anew with the settings: what one server said must not be shown to another. */
export function createSecure(
  settings: ClientSettings,
  identity: Identity | undefined,
  handshakes: Handshakes,
): Secure | null {
  const { tls, protocol } = settings;
  if ((!tls.on && protocol !== 'quic') || protocol === 'udp') return null;
  const alpn = protocols[protocol];
  const serverName = serverNameOf(settings);
  const dialler = createDialler({ ...tls, identity, serverName, alpn });
  const tickets = new Map<number, Buffer>();

  const keep = (user: number, ticket: Buffer) => {
    if (!tickets.has(user) && tickets.size >= mostTickets) return;
    tickets.set(user, ticket);
  };

  return {
    over(raw, address, user, hooks) {
      let begun = 0;
      let over = false;
      const socket = dialler.secure(raw, { address, session: tls.resume ? tickets.get(user) : undefined });
      const fail = (problem: TlsProblem, error: Error) => {
        over = true;
        handshakes.failed(problem);
        hooks.failed({ kind: kinds[problem] ?? 'tls', detail: problemWords(problem, error) });
      };
      raw.once('connect', () => {
        begun = performance.now();
      });
      socket.once('secureConnect', () => {
        const wanted = alpn.includes('h2') && socket.alpnProtocol !== 'h2';
        if (wanted) {
          fail('no-agreement', new Error('the server does not speak HTTP/2 over TLS'));
          socket.destroy();
          return;
        }
        over = true;
        const facts = tlsFacts(socket, tls.verify, performance.now() - begun);
        handshakes.done(facts);
        hooks.done(facts);
      });
      if (tls.resume) socket.on('session', (ticket: Buffer) => keep(user, ticket));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (over || begun === 0) return;
        fail(tlsProblem(error) ?? 'other', error);
      });
      return socket;
    },
  };
}

const kinds: Readonly<Partial<Record<TlsProblem, FailureKind>>> = {
  'wrong-name': 'certificate-name',
  expired: 'certificate-expired',
  'not-yet-valid': 'certificate-expired',
  'self-signed': 'certificate-untrusted',
  'unknown-authority': 'certificate-untrusted',
};

/** What a ClientHello asks for; null: it names nobody. */
export function serverNameOf({ tls, host }: ClientSettings): string | null {
  return tls.serverName ?? nameIn(host);
}

/** A Host of `app.lab:8443` asks for app.lab; an address is no server name. */
function nameIn(host: string | null): string | null {
  const name = host?.replace(/:\d+$/, '') ?? '';
  return name === '' || name.startsWith('[') || isIP(name) !== 0 ? null : name;
}
