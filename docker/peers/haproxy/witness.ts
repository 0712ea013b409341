import type { Context } from '../../lib/program-types.ts';
import type { HaproxySettings } from '../../protocol/peers/haproxy.ts';
import type { BalancerStats, TargetStats } from '../../protocol/stats.ts';
import { containerStats } from '../container-stats.ts';
import type { RequestTally } from '../request-tally.ts';
import { verdictOf } from './stat.ts';
import type { ServerVerdict, StatRow } from './stat.ts';

/**
 * Rows of `show stat` in; our stats shape and events out. HAProxy tells of a check when its result or its count changes:
 * so many results are told here, and no more. A steady target's checks leave no trace to read.
 */
export interface Witness {
  read(rows: readonly StatRow[]): void;
  /** A reload begins counting at zero: what the old process counted is kept and added. */
  newProcess(): void;
  stats(): BalancerStats;
}

interface Known {
  verdict: ServerVerdict | null;
  since: number;
  reason: string;
  readonly probes: { sent: number; passed: number; connected: number };
}

const columns = ['stot', 'bin', 'bout', 'econ', 'wretr', 'connect', 'dcon', 'dses', 'req_tot'] as const;
type Column = (typeof columns)[number];
type Totals = Readonly<Record<Column, number>>;

export function createWitness(
  context: Context,
  settings: () => HaproxySettings,
  tally: RequestTally,
): Witness {
  const known = new Map<string, Known>();
  let base = new Map<string, Totals>();
  let rows = new Map<string, StatRow>();
  /** Targets whose last result the present process was handed on, and has not seen itself. */
  const handedOn = new Set<string>();

  const total = (name: string, column: Column): number =>
    (base.get(name)?.[column] ?? 0) + Number(rows.get(name)?.[column] ?? 0);
  const gauge = (name: string): number => Number(rows.get(name)?.scur ?? 0);

  const judge = (id: string, row: StatRow, draining: boolean): void => {
    const verdict = verdictOf(row, draining);
    const target = known.get(id) ?? unknown(context.now());
    known.set(id, target);
    const before = target.verdict;
    target.verdict = verdict;
    const handed = handedOn.delete(id);
    if (sameVerdict(before, verdict)) return;
    const { code, state, detail } = verdict;
    const counted = before?.passes !== verdict.passes || before.failures !== verdict.failures;
    if (!handed && code !== null && (counted || before.code !== code)) {
      const ok = code.endsWith('OK');
      count(target, ok, code);
      context.events.emit({
        ...{ type: 'probe', target: id, ok, code, detail, durationMs: verdict.durationMs },
        ...{ passes: verdict.passes, failures: verdict.failures },
        nextAt: context.now() + settings().healthCheck.intervalMs,
      });
    }
    const from = before?.state ?? 'initial';
    if (from === state) return;
    target.since = context.now();
    target.reason = code === null ? detail : `${code} ${detail}`;
    context.events.emit({
      type: 'health',
      target: id,
      from,
      to: state,
      reason: target.reason,
      code: code ?? 'ADMIN',
    });
  };

  return {
    read(fresh) {
      rows = new Map(fresh.map((row) => [`${row.pxname}/${row.svname}`, row]));
      for (const { id, draining } of settings().targets) {
        const row = rows.get(`targets/${id}`);
        if (row !== undefined) judge(id, row, draining);
      }
    },
    newProcess() {
      base = new Map(
        [...rows.keys()].map((name) => [
          name,
          Object.fromEntries(columns.map((column) => [column, total(name, column)])) as Totals,
        ]),
      );
      rows = new Map();
      for (const { id } of settings().targets) handedOn.add(id);
    },
    stats() {
      const front = 'front/FRONTEND';
      const http = settings().mode === 'http';
      const inFlight = Math.max(0, total(front, 'req_tot') - tally.finished);
      return {
        role: http ? 'l7' : 'l4',
        real: 'haproxy',
        process: containerStats(context.node, context.now()),
        connections: {
          accepted: total(front, 'stot'),
          open: gauge(front),
          refused: total(front, 'dcon') + total(front, 'dses'),
          failed: total('targets/BACKEND', 'econ'),
        },
        bytes: { received: total(front, 'bin'), sent: total(front, 'bout') },
        requests: http ? tally.requests(inFlight) : null,
        targets: Object.fromEntries(settings().targets.map(({ id }) => [id, targetStats(id, http)])),
        failOpen: false,
      };
    },
  };

  function targetStats(id: string, http: boolean): TargetStats {
    const name = `targets/${id}`;
    const { verdict, since, reason, probes } = known.get(id) ?? unknown(context.now());
    const failed = total(name, 'econ') + total(name, 'wretr');
    return {
      state: verdict?.state ?? 'initial',
      reason,
      since,
      passes: verdict?.passes ?? 0,
      failures: verdict?.failures ?? 0,
      nextProbeAt: null,
      probes: { ...probes },
      connections: {
        opened: Math.max(0, total(name, 'connect') - failed),
        failed,
        open: gauge(name),
        reset: 0,
      },
      bytes: { toTarget: total(name, 'bin'), fromTarget: total(name, 'bout') },
      requests: http ? tally.target(id) : null,
    };
  }
}

function unknown(now: number): Known {
  return { verdict: null, since: now, reason: '', probes: { sent: 0, passed: 0, connected: 0 } };
}

function sameVerdict(a: ServerVerdict | null, b: ServerVerdict): boolean {
  if (a === null) return false;
  return a.state === b.state && a.code === b.code && a.passes === b.passes && a.failures === b.failures;
}

function count({ probes }: Known, ok: boolean, code: string): void {
  probes.sent += 1;
  if (ok) probes.passed += 1;
  if (code !== 'L4CON' && code !== 'L4TOUT') probes.connected += 1;
}
