//  ask --> [connection with room | a new one | queue] --> stream
import type { Member } from '../../balancing/member.ts';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { Attempt, Back, BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { SecureTargets } from '../target-tls.ts';
import { openTargetConnection } from './target-connection.ts';
import type { TargetConnection } from './target-connection.ts';

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
  const connections = new Map<TargetConnection, { read: number; written: number }>();
  const queue = new Set<Waiting>();
  let closed = false;

  const count = (connection: TargetConnection, before: { read: number; written: number }) => {
    const { bytesRead, bytesWritten } = connection.socket;
    counters.fromTarget += bytesRead - before.read;
    counters.toTarget += bytesWritten - before.written;
    before.read = bytesRead;
    before.written = bytesWritten;
  };

  const open = () => {
    const { address, port } = member.target;
    const bytes = { read: 0, written: 0 };
    const connection = openTargetConnection({
      address,
      port,
      settings,
      secure: (raw, ready) => secureTargets.over(raw, member.target, ['h2'], ready),
      onConnected() {
        counters.opened += 1;
        counters.open += 1;
        serveQueue();
      },
      onRoom: () => serveQueue(),
      onClosed(connected, cause) {
        count(connection, bytes);
        connections.delete(connection);
        if (connected) {
          counters.open -= 1;
          serveQueue();
          return;
        }
        counters.failed += 1;
        // Nobody is coming for those who wait: each is told, and may try another target.
        if (those(standing) === 0) for (const waiting of [...queue]) giveUp(waiting, cause);
      },
    });
    connections.set(connection, bytes);
  };

  const those = (which: (connection: TargetConnection) => boolean): number => {
    let found = 0;
    for (const connection of connections.keys()) if (which(connection)) found += 1;
    return found;
  };
  const withRoom = (): TargetConnection | null => {
    for (const connection of connections.keys()) if (connection.room) return connection;
    return null;
  };
  /** One at a time: the first may have room for all who wait. One that leaves holds nobody's place. */
  const openIfAllowed = () => {
    if (!closed && those(opening) === 0 && those(standing) < settings().poolSize) open();
  };

  const leave = (waiting: Waiting) => {
    clearTimeout(waiting.timer);
    queue.delete(waiting);
  };

  const giveUp = (waiting: Waiting, cause: Cause) => {
    leave(waiting);
    waiting.listener.failed(cause, 'unsent');
  };

  const serveQueue = () => {
    for (const waiting of queue) {
      const connection = withRoom();
      if (connection === null) {
        openIfAllowed();
        return;
      }
      leave(waiting);
      waiting.attempt = connection.send(waiting.outgoing, waiting.listener);
    }
  };

  return {
    ask(outgoing, listener) {
      const connection = queue.size === 0 ? withRoom() : null;
      if (connection !== null) return connection.send(outgoing, listener);
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
      else openIfAllowed();
      return {
        resume: () => waiting.attempt?.resume(),
        cancel() {
          leave(waiting);
          waiting.attempt?.cancel();
        },
      };
    },
    view: () => ({
      open: connections.size,
      idle: those(resting),
      queued: queue.size,
      limit: settings().poolSize,
    }),
    count() {
      for (const [connection, bytes] of connections) count(connection, bytes);
    },
    settingsChanged() {
      let surplus = those(standing) - settings().poolSize;
      for (const connection of [...connections.keys()].reverse()) {
        if (surplus <= 0) break;
        if (connection.leaving) continue;
        connection.close();
        surplus -= 1;
      }
      serveQueue();
    },
    close() {
      closed = true;
      for (const waiting of [...queue]) leave(waiting);
      for (const connection of [...connections.keys()]) connection.end();
    },
  };
}

const opening = ({ connected, leaving }: TargetConnection): boolean => !connected && !leaving;
const standing = ({ leaving }: TargetConnection): boolean => !leaving;
const resting = ({ streams }: TargetConnection): boolean => streams === 0;
