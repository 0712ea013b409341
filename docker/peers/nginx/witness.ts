import type { Context } from '../../lib/program-types.ts';
import type { NginxSettings } from '../../protocol/peers/nginx.ts';
import type { BalancerStats, TargetStats } from '../../protocol/stats.ts';
import { containerStats } from '../container-stats.ts';
import type { RequestTally } from '../request-tally.ts';
import { ownCause } from './log.ts';
import type { AccessEntry, Attempt } from './log.ts';
import type { NginxStatus } from './status.ts';

/**
 * Lines of NGINX's two logs in; our stats shape and events out. Open-source NGINX has no statistics of its targets: that
 * one is out is a warning in its error log, that it is back shows in the first request that it answers again.
 */
export interface Witness {
  access(entry: AccessEntry): void;
  disabled(address: string): void;
  status(status: NginxStatus): void;
  /** New workers know nothing of earlier failures. */
  reloaded(): void;
  stats(): BalancerStats;
}

interface Known {
  state: 'healthy' | 'unhealthy';
  since: number;
  reason: string;
  opened: number;
  failed: number;
  toTarget: number;
  fromTarget: number;
}

/** The two logs come by two ways: an answer older than the warning may be read after it. */
const overtakenMs = 500;

export function createWitness(context: Context, settings: () => NginxSettings, tally: RequestTally): Witness {
  const known = new Map<string, Known>();
  const bytes = { received: 0, sent: 0 };
  let failed = 0;
  let last: NginxStatus = { active: 0, accepted: 0 };
  let asked = 0;

  const idOf = (address: string): string | null =>
    settings().targets.find((target) => `${target.address}:${target.port}` === address)?.id ?? null;
  const knownOf = (id: string): Known => {
    const target = known.get(id) ?? { ...fresh, since: context.now() };
    known.set(id, target);
    return target;
  };
  const turn = (id: string, to: Known['state'], reason: string): void => {
    const target = knownOf(id);
    const from = target.state;
    if (from === to) return;
    Object.assign(target, { state: to, since: context.now(), reason });
    context.events.emit({ type: 'health', target: id, from, to, reason, code: 'PASSIVE' });
  };
  const tried = ({ address, connected, answered, bytesTo, bytesFrom }: Attempt): string | null => {
    const id = idOf(address);
    if (id === null) return null;
    const target = knownOf(id);
    if (connected) target.opened += 1;
    else target.failed += 1;
    target.toTarget += bytesTo;
    target.fromTarget += bytesFrom;
    if (answered && context.now() - target.since > overtakenMs)
      turn(id, 'healthy', 'a request was answered again');
    return id;
  };

  return {
    access(entry) {
      bytes.received += entry.received;
      bytes.sent += entry.sent;
      const ids = entry.attempts.map(tried);
      const cause = ownCause(entry);
      if (cause !== null) failed += 1;
      const target = cause === null ? (ids.at(-1) ?? null) : null;
      const { client, status } = entry;
      tally.add({ target, client, status: status === 499 ? null : status, cause });
    },
    disabled(address) {
      const id = idOf(address);
      if (id === null) return;
      turn(id, 'unhealthy', 'upstream server temporarily disabled');
    },
    status(status) {
      asked += 1;
      last = status;
    },
    reloaded() {
      for (const id of known.keys()) turn(id, 'healthy', 'reloaded: new workers know of no failure');
    },
    stats() {
      const http = settings().mode === 'http';
      // The connections that asked for the figures are this program's own, and one of them is open as it asks.
      const accepted = Math.max(0, last.accepted - asked);
      return {
        role: http ? 'l7' : 'l4',
        real: 'nginx',
        process: containerStats(context.node, context.now()),
        connections: { accepted, open: Math.max(0, last.active - 1), refused: 0, failed },
        bytes: { ...bytes },
        requests: http ? tally.requests(0) : null,
        targets: Object.fromEntries(
          settings().targets.map(({ id, draining }) => [id, targetStats(knownOf(id), draining, http, id)]),
        ),
        failOpen: false,
      };
    },
  };

  function targetStats(target: Known, draining: boolean, http: boolean, id: string): TargetStats {
    const { state, since, reason, opened, failed: refused, toTarget, fromTarget } = target;
    return {
      ...{ state: draining ? 'draining' : state, reason, since, passes: 0, nextProbeAt: null },
      failures: state === 'unhealthy' ? settings().passive.consecutiveErrors : 0,
      probes: { sent: 0, passed: 0, connected: 0 },
      // Which of its open connections goes where, NGINX does not say.
      connections: { opened, failed: refused, open: 0, reset: 0 },
      bytes: { toTarget, fromTarget },
      requests: http ? tally.target(id) : null,
    };
  }
}

const fresh: Known = {
  ...{ state: 'healthy', since: 0, reason: '', opened: 0, failed: 0, toTarget: 0, fromTarget: 0 },
};
