import type { CaseResult } from './rounds.ts';

const columns = ['case', 'against', 'ours', 'peer', 'ratio', 'IQR', 'goal', ''] as const;

/** One row each, with what it was measured against and whether that says anything. */
export function tableOf(cases: readonly CaseResult[]): string {
  const rows = [columns, ...cases.map(rowOf)];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const unit = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => unit(row).trimEnd()).join('\n');
}

export function rowOf(result: CaseResult): readonly string[] {
  const { name, against, ours, peer, ratio, iqr, goal, unit } = result;
  return [
    name,
    against,
    ours === null ? '-' : `${figure(ours)} ${unit}`,
    peer === null ? '-' : figure(peer),
    ratio === null ? '-' : ratio.toFixed(2),
    iqr === null ? '-' : `${(iqr * 100).toFixed(0)} %`,
    goal === null ? '' : `${goal.is} ${goal.ratio.toFixed(2)}`,
    [word(result), result.note].filter((one) => one !== '').join('; '),
  ];
}

function word({ ratio, conclusive, reached }: CaseResult): string {
  if (ratio === null) return 'NOT MEASURED';
  if (!conclusive) return 'inconclusive';
  return reached === null ? '' : reached ? 'reached' : 'NOT REACHED';
}

function figure(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
