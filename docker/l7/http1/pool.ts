//  ask --> [idle connection, newest first | a new one | queue] --> target connection
import type { Member } from '../../balancing/member.ts';
import type { L7Settings } from '../../protocol/balancer.ts';
import type { Attempt, Back, BackListener, Outgoing } from '../back.ts';
import type { Cause } from '../failure.ts';
import type { SecureTargets } from '../target-tls.ts';
import { TargetConnection } from './target-connection.ts';

interface Kept {
  readonly connection: TargetConnection;
  idleSince: number;
  idleMs: number;
  read: number;
  written: number;
}

/** A target that says `Keep-Alive: timeout=5` may close at five seconds sharp: not to be met there. */
const hintMarginMs = 1000;

interface Waiting {
  readonly outgoing: Outgoing;
  readonly listener: BackListener;
  readonly timer: NodeJS.Timeout;
  serve(kept: Kept): void;
}

/**
 * HTTP/1.1 connections to one target. The newest idle one is used first, so that the surplus grows old and goes; beyond
 * `poolSize` requests queue, first come, first served.
 */
export function createHttp1Pool(
  member: Member,
  settings: () => L7Settings,
  secureTargets: SecureTargets,
): Back {
  const { counters } = member;
  const all = new Set<Kept>();
  const idle: Kept[] = [];
  const queue = new Set<Waiting>();
  let sweep: NodeJS.Timeout | null = null;
  let closed = false;

  const count = (kept: Kept) => {
    const { bytesRead, bytesWritten } = kept.connection.raw;
    counters.fromTarget += bytesRead - kept.read;
    counters.toTarget += bytesWritten - kept.written;
    kept.read = bytesRead;
    kept.written = bytesWritten;
  };

  const open = (outgoing: Outgoing, listener: BackListener): Kept => {
    const { address, port } = member.target;
    const connection: TargetConnection = new TargetConnection({
      address,
      port,
      connectTimeoutMs: settings().connectTimeoutMs,
      plain: !settings().targetTls.on,
      http: () => settings().http,
      secure: (raw, ready) => secureTargets.over(raw, member.target, ['http/1.1'], ready),
      onConnected() {
        counters.opened += 1;
        counters.open += 1;
        connection.send(outgoing, listener);
      },
      onIdle: (hintMs) => rest(kept, hintMs),
      onClosed(connected) {
        count(kept);
        all.delete(kept);
        const at = idle.indexOf(kept);
        if (at !== -1) idle.splice(at, 1);
        if (connected) counters.open -= 1;
        else counters.failed += 1;
        openForQueue();
      },
    });
    const kept: Kept = { connection, idleSince: 0, idleMs: 0, read: 0, written: 0 };
    connection.reserve(listener);
    all.add(kept);
    return kept;
  };

  const rest = (kept: Kept, hintMs: number | null) => {
    const { requestsPerConnection, idleMs } = settings().pool;
    const hinted = hintMs === null ? Infinity : hintMs - hintMarginMs;
    const worn = requestsPerConnection > 0 && kept.connection.used >= requestsPerConnection;
    if (closed || worn || hinted <= 0 || all.size > settings().poolSize) {
      kept.connection.close();
      return;
    }
    const [first] = queue;
    if (first !== undefined) {
      leaveQueue(first);
      first.serve(kept);
      return;
    }
    kept.idleSince = performance.now();
    kept.idleMs = Math.min(idleMs, hinted);
    idle.push(kept);
    sweep ??= setTimeout(closeOld, kept.idleMs);
  };

  const closeOld = () => {
    sweep = null;
    const now = performance.now();
    // The oldest lie at the bottom.
    while (idle[0] !== undefined && now - idle[0].idleSince >= idle[0].idleMs)
      idle.shift()?.connection.close();
    const [oldest] = idle;
    if (oldest !== undefined) sweep = setTimeout(closeOld, oldest.idleMs - (now - oldest.idleSince));
  };

  const leaveQueue = (waiting: Waiting) => {
    clearTimeout(waiting.timer);
    queue.delete(waiting);
  };

  /** A place has come free without a connection: whoever waits first opens one. */
  const openForQueue = () => {
    const [first] = queue;
    if (first === undefined || closed || all.size >= settings().poolSize) return;
    leaveQueue(first);
    first.serve(open(first.outgoing, first.listener));
  };

  const enqueue = (outgoing: Outgoing, listener: BackListener): Attempt => {
    const { queueLimit, queueTimeoutMs } = settings().pool;
    let kept: Kept | null = null;
    let cancelled = false;
    const refuse = (cause: Cause) => {
      queue.delete(waiting);
      if (!cancelled) listener.failed(cause, 'unsent');
    };
    const waiting: Waiting = {
      outgoing,
      listener,
      timer: setTimeout(() => refuse('queue-timeout'), queueTimeoutMs),
      serve(given) {
        kept = given;
        if (given.connection.connected) given.connection.send(outgoing, listener);
      },
    };
    if (queue.size >= queueLimit) {
      clearTimeout(waiting.timer);
      queueMicrotask(() => refuse('queue-full'));
    } else queue.add(waiting);
    return {
      resume: () => kept?.connection.resume(listener),
      cancel() {
        cancelled = true;
        leaveQueue(waiting);
        kept?.connection.cancel(listener);
      },
    };
  };

  return {
    ask(outgoing, listener) {
      const kept = outgoing.fresh ? undefined : idle.pop();
      if (kept !== undefined) {
        kept.connection.send(outgoing, listener);
        return new OnConnection(kept.connection, listener);
      }
      if (all.size < settings().poolSize || outgoing.fresh) {
        return new OnConnection(open(outgoing, listener).connection, listener);
      }
      return enqueue(outgoing, listener);
    },
    view: () => ({ open: all.size, idle: idle.length, queued: queue.size, limit: settings().poolSize }),
    count() {
      for (const kept of all) count(kept);
    },
    settingsChanged() {
      while (all.size > settings().poolSize && idle[0] !== undefined) {
        const kept = idle.shift();
        if (kept === undefined) break;
        all.delete(kept);
        kept.connection.close();
      }
      for (let free = settings().poolSize - all.size; free > 0; free--) openForQueue();
    },
    close() {
      closed = true;
      if (sweep !== null) clearTimeout(sweep);
      for (const waiting of queue) leaveQueue(waiting);
      for (const { connection } of all) connection.raw.destroy();
    },
  };
}

/** One request on one connection. */
class OnConnection implements Attempt {
  private readonly connection: TargetConnection;
  private readonly listener: BackListener;

  constructor(connection: TargetConnection, listener: BackListener) {
    this.connection = connection;
    this.listener = listener;
  }

  resume(): void {
    this.connection.resume(this.listener);
  }

  cancel(): void {
    this.connection.cancel(this.listener);
  }
}
