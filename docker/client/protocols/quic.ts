import type { ClientSettings } from '../../protocol/client.ts';
import type { Identity } from '../../protocol/tls.ts';
import { loadQuic } from '../../lib/quic/quiche.ts';
import type { Quic } from '../../lib/quic/quiche.ts';
import { createAlarm } from '../alarm.ts';
import { failed } from '../exchange.ts';
import type { Ending, PlannedRequest, Transport, TransportFactory, Wire } from '../exchange.ts';
import type { Failure } from '../failure.ts';
import type { Moves } from '../quic/moves.ts';
import { openQuicSession } from '../quic/session.ts';
import type { QuicSession } from '../quic/session.ts';
import { sourceOn } from '../quic/source-on.ts';
import { serverNameOf } from '../tls.ts';
import type { Secure } from '../tls.ts';
import { createHttp2 } from './http2.ts';

/**
 * request --> the user's QUIC connection --a stream--> "200 id @server" back
 *        `--> no handshake in time, and fallback is on: HTTP/2 over TLS over TCP, for this user from now on
 *
 * QUIC version 1 with TLS 1.3 for real; what is said on its streams is a line of the lab's own, and no HTTP/3.
 */
export const createQuic: TransportFactory = (settings, wire, secure, { identity, moves }) => {
  const library = loadQuic();
  if (library === null) return nowhere;
  return createTransport(library, settings, wire, secure, identity, moves);
};

/** Its own machine is at fault: nobody was asked. */
const nowhere: Transport = {
  send: (_, done) =>
    process.nextTick(done, failed('local', 'QUIC was not built for this machine: it needs Linux on x64')),
  retire: () => undefined,
  destroy: () => undefined,
};

const idleMs = 30_000;

function createTransport(
  library: Quic,
  settings: () => ClientSettings,
  wire: Wire,
  secure: Secure | null,
  identity: Identity | undefined,
  moves: Moves,
): Transport {
  const { address, port, tls } = settings();
  const side = library.client(identity?.authority ?? null, tls.verify, { idleMs });
  const serverName = serverNameOf(settings()) ?? (tls.verify ? address : null);
  const sessions = new Map<number, QuicSession>();
  const live = new Set<QuicSession>();
  /** Users whose QUIC was not answered. */
  const withoutQuic = new Set<number>();
  const formerTcp: Transport[] = [];
  let tcp: Transport | null = null;
  let { network } = settings().quic;
  let retired = false;

  const sessionFor = ({ user, source }: PlannedRequest, kept: boolean): QuicSession => {
    const known = kept ? sessions.get(user) : undefined;
    if (known?.usable === true) {
      wire.reused += 1;
      return known;
    }
    const session = openQuicSession({ address, port, source, serverName, side }, wire, moves, (gone) => {
      live.delete(gone);
      if (sessions.get(user) === gone) sessions.delete(user);
    });
    live.add(session);
    if (kept) sessions.set(user, session);
    return session;
  };

  const overTcp: Transport['send'] = (request, done) => {
    moves.overTcp();
    tcp ??= createHttp2(settings, wire, secure);
    tcp.send(request, done);
  };

  const overQuic: Transport['send'] = (request, done) => {
    const now = settings();
    const kept = now.connections === 'kept' && !retired;
    const session = sessionFor(request, kept);
    exchange(session, request, now, (ending) => {
      if (ending === 'unanswered') {
        session.close();
        withoutQuic.add(request.user);
        overTcp(request, done);
        return;
      }
      const { connections, users } = settings();
      const wanted = kept && !retired && connections === 'kept' && request.user < users;
      if (!wanted && session.waiting === 0) session.close();
      done(ending);
    });
  };

  return {
    send(request, done) {
      if (settings().quic.fallback && withoutQuic.has(request.user)) overTcp(request, done);
      else overQuic(request, done);
    },
    settingsChanged() {
      const { quic, sources } = settings();
      if (!quic.fallback) withoutQuic.clear();
      if (quic.network === network) return;
      network = quic.network;
      moves.changed();
      for (const session of live) session.moveTo(sourceOn(network, sources));
      // TCP cannot move: what comes next is over other connections.
      tcp?.retire();
      if (tcp !== null) formerTcp.push(tcp);
      tcp = null;
      // Another network, another chance.
      withoutQuic.clear();
    },
    retire() {
      retired = true;
      tcp?.retire();
      for (const session of live) if (session.waiting === 0) session.close();
    },
    destroy() {
      for (const session of live) session.close();
      for (const one of [...formerTcp, ...(tcp === null ? [] : [tcp])]) one.destroy();
    },
  };

  function exchange(
    session: QuicSession,
    request: PlannedRequest,
    now: ClientSettings,
    done: (ending: Ending | 'unanswered') => void,
  ): void {
    let over = false;
    let stop: () => void = () => undefined;
    const finish = (ending: Ending | 'unanswered') => {
      if (over) return;
      over = true;
      alarm.clear();
      stop();
      done(ending);
    };
    const fail = ({ kind, detail }: Failure) => finish(failed(kind, detail, session.name));
    const unanswered = () => {
      moves.unanswered();
      finish('unanswered');
    };
    const alarm = createAlarm(now.totalTimeoutMs, (kind, afterMs) => {
      const passed = Math.round(afterMs);
      if (kind === 'connect-timeout' && now.quic.fallback) unanswered();
      else if (session.unheard) {
        fail(lostAfterMove(passed));
        session.close();
      } else {
        fail({ kind, detail: `nothing within ${passed} ms` });
        // Not even an acknowledgement: whoever was there is not, and the next request begins anew.
        if (kind === 'first-byte-timeout' && session.heardAt < began) session.close();
      }
    });
    const began = performance.now();
    alarm.phase('connect-timeout', now.quic.fallback ? now.quic.fallbackMs : now.connectTimeoutMs);
    session.whenReady((failure) => {
      if (over) return;
      if (failure !== null) {
        if (now.quic.fallback && failure.kind === 'closed-early') unanswered();
        else fail(failure);
        return;
      }
      alarm.phase('first-byte-timeout', now.firstByteTimeoutMs);
      stop = session.ask(
        lineOf(request),
        (answer) => finish(endingOf(answer, request.id, session.name)),
        // Given up by another request of the same connection: this one was lost with it.
        (why) => fail(session.unheard ? lostAfterMove(0) : why),
      );
    });
  }
}

function lostAfterMove(ms: number): Failure {
  const waited = ms === 0 ? 'nothing' : `within ${ms} ms nothing`;
  return {
    kind: 'lost-after-move',
    detail: `the client changed its address, and ${waited} came back to the new one`,
  };
}

function lineOf({ id, userName, client, path, as }: PlannedRequest): Buffer {
  const padding = as.bodyBytes === 0 ? '' : ` ${'x'.repeat(as.bodyBytes)}`;
  return Buffer.from(`${id} ${userName} ${client === null ? '-' : `#${client}`} ${path}${padding}`, 'latin1');
}

/** `200 ID @SERVER` and what else it says. */
function endingOf(answer: string, id: string, connection: string): Ending {
  const [status = '', back, server = ''] = answer.split(' ', 3);
  if (back !== id || !server.startsWith('@')) {
    return failed('bad-response', 'an answer to something else', connection);
  }
  const ok = status === '200';
  const shared = { failure: null, ok, server: server.slice(1), connection, detail: '' };
  return { ...shared, status: ok ? 'quic' : status };
}
