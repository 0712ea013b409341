import type { LabSummary } from '../../electron/contract/catalogue.ts';

export interface Theme {
  readonly name: string;
  readonly labs: readonly LabSummary[];
}

/** Labs by theme, in the order in which the host lists them. */
export function themes(labs: readonly LabSummary[]): readonly Theme[] {
  const names = [...new Set(labs.map((lab) => lab.theme))];
  return names.map((name) => ({ name, labs: labs.filter((lab) => lab.theme === name) }));
}

/** The story a first visitor is sent to. */
export function storyLab(labs: readonly LabSummary[]): LabSummary | undefined {
  return labs.find((lab) => lab.id === 'green-but-500');
}
