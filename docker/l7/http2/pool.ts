//  ask --> [session with room | a new one | queue] --> stream
import type { Member } from '../../balancing/member.ts';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { Attempt, Back, BackListener, Outgoing } from '../back.ts';
import type { SecureTargets } from '../target-tls.ts';
import { openTargetSession } from './target-session.ts';
import type { TargetSession } from './target-session.ts';

interface Waiting {
  readonly outgoing: Outgoing;
  readonly listener: BackListener;
  readonly timer: NodeJS.Timeout;
  attempt: Attempt | null;
}

/** HTTP/2 to one target: requests share a connection, stream by stream; another is opened only when those are full. */
export function createHttp2Pool(
  member: Member,
  settings: () => L7Settings,
  secureTargets: SecureTargets,
): Back {
  const { counters } = member;
  const sessions = new Map<TargetSession, { read: number; written: number }>();
  const queue = new Set<Waiting>();
  let closed = false;

  const count = (session: TargetSession, before: { read: number; written: number }) => {
    const { bytesRead, bytesWritten } = session.socket;
    counters.fromTarget += bytesRead - before.read;
    counters.toTarget += bytesWritten - before.written;
    before.read = bytesRead;
    before.written = bytesWritten;
  };

  const open = () => {
    const { address, port } = member.target;
    const bytes = { read: 0, written: 0 };
    const session = openTargetSession({
      address,
      port,
      connectTimeoutMs: settings().connectTimeoutMs,
      secure: (raw, ready) => secureTargets.over(raw, member.target, ['h2'], ready),
      onConnected() {
        counters.opened += 1;
        counters.open += 1;
        serveQueue();
      },
      onRoom: () => serveQueue(),
      onClosed(connected, cause) {
        count(session, bytes);
        sessions.delete(session);
        if (connected) {
          counters.open -= 1;
          serveQueue();
          return;
        }
        counters.failed += 1;
        // Nobody is coming for those who wait: each is told, and may try another target.
        if (opening() === 0)
          for (const waiting of [...queue]) giveUp(waiting, cause === 'closed-early' ? 'refused' : cause);
      },
    });
    sessions.set(session, bytes);
  };

  const opening = () => [...sessions.keys()].filter(({ connected }) => !connected).length;
  const withRoom = () => [...sessions.keys()].find(({ room }) => room) ?? null;

  const leave = (waiting: Waiting) => {
    clearTimeout(waiting.timer);
    queue.delete(waiting);
  };

  const giveUp = (waiting: Waiting, cause: Parameters<BackListener['failed']>[0]) => {
    leave(waiting);
    waiting.listener.failed(cause, 'unsent');
  };

  const serveQueue = () => {
    for (const waiting of queue) {
      const session = withRoom();
      if (session === null) {
        if (!closed && opening() === 0 && sessions.size < settings().poolSize) open();
        return;
      }
      leave(waiting);
      waiting.attempt = session.send(waiting.outgoing, waiting.listener);
    }
  };

  return {
    ask(outgoing, listener) {
      const session = queue.size === 0 ? withRoom() : null;
      if (session !== null) return session.send(outgoing, listener);
      const { queueLimit, queueTimeoutMs } = settings().pool;
      const waiting: Waiting = {
        outgoing,
        listener,
        attempt: null,
        timer: setTimeout(() => giveUp(waiting, 'queue-timeout'), queueTimeoutMs),
      };
      const full = queue.size >= queueLimit;
      queue.add(waiting);
      if (full) queueMicrotask(() => giveUp(waiting, 'queue-full'));
      else if (opening() === 0 && sessions.size < settings().poolSize) open();
      return {
        resume: () => waiting.attempt?.resume(),
        cancel() {
          leave(waiting);
          waiting.attempt?.cancel();
        },
      };
    },
    view: () => ({
      open: sessions.size,
      idle: [...sessions.keys()].filter(({ streams }) => streams === 0).length,
      queued: queue.size,
      limit: settings().poolSize,
    }),
    count() {
      for (const [session, bytes] of sessions) count(session, bytes);
    },
    settingsChanged: serveQueue,
    close() {
      closed = true;
      for (const waiting of [...queue]) leave(waiting);
      for (const session of sessions.keys()) session.destroy();
    },
  };
}
