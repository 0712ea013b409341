//  [connect > TLS, or prior knowledge] --> target session
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { TlsFacts } from '../../protocol/tls.ts';
import type { Attempt, BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import { openTargetSession } from './target-session.ts';
import type { TargetSession } from './target-session.ts';

export interface TargetConnectionDeps {
  readonly address: string;
  readonly port: number;
  settings(): L7Settings;
  /** Lays TLS over the connection; null where it goes in the clear, by prior knowledge. */
  secure(raw: Socket, ready: (facts: TlsFacts) => void): Socket | null;
  onConnected(): void;
  /** A stream has ended, or the target allows more of them, or no more at all. */
  onRoom(): void;
  onClosed(connected: boolean, cause: Cause): void;
}

export interface TargetConnection {
  /** Below TLS: its bytes are those on the wire. */
  readonly socket: Socket;
  readonly connected: boolean;
  /** It takes no more requests, and closes with the last that it has. */
  readonly leaving: boolean;
  /** Another stream may be opened now. */
  readonly room: boolean;
  readonly streams: number;
  send(outgoing: Outgoing, listener: BackListener): Attempt;
  /** No more requests. */
  close(): void;
  /** At once, whatever it has. */
  end(): void;
}

/** One connection to a target, for many requests at once. */
export function openTargetConnection(deps: TargetConnectionDeps): TargetConnection {
  const { address, port, settings } = deps;
  const socket = connect({ host: address, port, noDelay: true });
  let tls: TlsFacts | null = null;
  let session: TargetSession | null = null;
  let shaking = false;
  let cause: Cause | null = null;
  const timer = setTimeout(() => {
    cause ??= shaking ? 'tls' : 'connect-timeout';
    socket.destroy();
  }, settings().connectTimeoutMs);

  const speak = (over: Socket) => {
    shaking = false;
    session = openTargetSession(over, {
      settings,
      place: { scheme: tls === null ? 'http' : 'https', authority: `${address}:${port}` },
      tls,
      // What it allows is known only then: a stream beyond its limit would be refused.
      greeted() {
        clearTimeout(timer);
        deps.onConnected();
      },
      changed: deps.onRoom,
      broken: (why) => (cause ??= why),
    });
  };
  const secured = deps.secure(socket, (facts) => {
    tls = facts;
    if (secured !== null) speak(secured);
  });
  socket.on('connect', () => {
    if (secured === null) speak(socket);
    else shaking = true;
  });
  const failed = ({ code: said }: NodeJS.ErrnoException) => {
    if (session !== null) cause ??= 'reset';
    else if (shaking) cause ??= 'tls';
    else cause ??= said === 'ETIMEDOUT' ? 'connect-timeout' : 'refused';
  };
  socket.on('error', failed);
  secured?.on('error', failed);
  (secured ?? socket).on('close', () => {
    clearTimeout(timer);
    const connected = session?.greeted === true;
    const why = cause ?? (shaking ? 'tls' : connected ? 'closed-early' : 'refused');
    session?.gone(why);
    deps.onClosed(connected, why);
  });

  return {
    socket,
    get connected() {
      return session?.greeted === true;
    },
    get leaving() {
      return session?.leaving === true;
    },
    get room() {
      return session?.room === true;
    },
    get streams() {
      return session?.streams ?? 0;
    },
    send(outgoing, listener) {
      if (session === null) throw new Error('the session does not stand yet');
      return session.send(outgoing, listener);
    },
    close() {
      if (session === null) socket.destroy();
      else session.close();
    },
    end() {
      session?.end();
      (secured ?? socket).destroySoon();
    },
  };
}
