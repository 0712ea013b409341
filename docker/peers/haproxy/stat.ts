import { probeCodes } from '../../protocol/health-check.ts';
import type { ProbeCode } from '../../protocol/health-check.ts';
import type { TargetStats } from '../../protocol/stats.ts';

/** One row of `show stat`, by column name. */
export type StatRow = Readonly<Record<string, string>>;

/** CSV with a comment sign before its head; quoted values are descriptions, which may hold commas. */
export function parseStat(csv: string): readonly StatRow[] {
  const [head = '', ...lines] = csv.split('\n').filter((line) => line !== '');
  const columns = values(head.replace(/^# /, ''));
  return lines.map((line) => {
    const fields = values(line);
    return Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? '']));
  });
}

function values(line: string): readonly string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, value = '']) =>
    value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value,
  );
}

/** A server's verdict as HAProxy states it. */
export interface ServerVerdict {
  readonly state: TargetStats['state'];
  readonly code: ProbeCode | null;
  /** "HTTP 500", "Layer4 connection problem: Connection refused". */
  readonly detail: string;
  readonly durationMs: number;
  readonly passes: number;
  readonly failures: number;
}

/**
 * `status` is UP, UP 2/3 (going down), DOWN, DOWN 1/2 (coming up), DRAIN, MAINT or "no check". `check_health` counts
 * from 0 to rise + fall - 1, and is up from rise on: one scale for both directions.
 */
export function verdictOf(row: StatRow, draining: boolean): ServerVerdict {
  const status = row.status ?? '';
  const [rise, fall, health] = [row.check_rise, row.check_fall, row.check_health].map(Number) as [
    number,
    number,
    number,
  ];
  const up = status.startsWith('UP') || status === 'no check' || status.startsWith('DRAIN');
  // A check under way is marked by a star before the last result.
  const word = (row.check_status ?? '').replace(/^\* /, '');
  const code = probeCodes.find((one) => one === word || `${one.slice(0, 4)}C` === word) ?? null;
  return {
    state: draining ? 'draining' : up ? 'healthy' : 'unhealthy',
    code,
    detail: detailOf(row),
    durationMs: Number(row.check_duration ?? 0),
    passes: up ? rise : health,
    failures: up ? Math.max(0, rise + fall - 1 - health) : fall,
  };
}

function detailOf({ check_code: code = '', check_desc: words = '', last_chk: last = '' }: StatRow): string {
  const status = Number(code);
  if (words.startsWith('Layer7') && status >= 100) return `HTTP ${status}`;
  return last === '' ? words : `${words}: ${last}`;
}
