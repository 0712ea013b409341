//  connection to a target (connecting) --[off | ClientHello ... Finished]--> what HTTP is spoken over
import type { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { TLSSocket } from 'node:tls';
import { tlsFacts } from '../lib/tls/facts.ts';
import { createHandshakes } from '../lib/tls/handshakes.ts';
import { tlsProblem } from '../lib/tls/problem.ts';
import { createDialler } from '../lib/tls/secure.ts';
import type { Dialler } from '../lib/tls/secure.ts';
import type { ClientTlsStats, Identity, TargetTls, TlsFacts, TlsProblem } from '../protocol/tls.ts';

export interface TargetPlace {
  readonly id: string;
  readonly address: string;
}

/** How connections to targets are secured: re-encryption. */
export interface SecureTargets {
  /** Null while it is off. `ready` comes once, or the socket ends without it. */
  over(
    raw: Socket,
    place: TargetPlace,
    alpn: readonly string[],
    ready: (facts: TlsFacts) => void,
  ): TLSSocket | null;
  stats(reader: object): ClientTlsStats | null;
}

export function createSecureTargets(
  settings: () => TargetTls,
  identity: Identity | undefined,
): SecureTargets {
  const handshakes = createHandshakes();
  const diallers = new Map<string, Dialler>();
  const tickets = new Map<string, Buffer>();
  let made: TargetTls | null = null;

  /** Made once for a protocol; anew when the settings change, and no ticket outlives the rules it was got under. */
  const diallerFor = (tls: TargetTls, alpn: readonly string[]): Dialler => {
    if (!isDeepStrictEqual(made, tls)) {
      diallers.clear();
      tickets.clear();
      made = tls;
    }
    const key = alpn.join();
    let found = diallers.get(key);
    if (found === undefined) diallers.set(key, (found = createDialler({ ...tls, identity, alpn })));
    return found;
  };

  return {
    over(raw, { id, address }, alpn, ready) {
      const tls = settings();
      if (!tls.on) return null;
      const ticket = `${id} ${alpn.join()}`;
      const dialler = diallerFor(tls, alpn);
      const socket = dialler.secure(raw, { address, session: tls.resume ? tickets.get(ticket) : undefined });
      let begun = 0;
      let over = false;
      const fail = (problem: TlsProblem) => {
        if (over || begun === 0) return;
        over = true;
        handshakes.failed(problem);
      };
      raw.once('connect', () => {
        begun = performance.now();
      });
      socket.once('secureConnect', () => {
        if (alpn.includes('h2') && socket.alpnProtocol !== 'h2') {
          fail('no-agreement');
          socket.destroy();
          return;
        }
        over = true;
        const facts = tlsFacts(socket, tls.verify, performance.now() - begun);
        handshakes.done(facts);
        ready(facts);
      });
      socket.once('error', (error: NodeJS.ErrnoException) => fail(tlsProblem(error) ?? 'other'));
      raw.once('close', () => fail('broken-off'));
      if (tls.resume) socket.on('session', (session: Buffer) => tickets.set(ticket, session));
      return socket;
    },
    stats: handshakes.stats,
  };
}
