import type { KeyMap } from '../../electron/contract/picks.ts';

/** What became of one key when the targets changed: its target is the same, had to change, or changed for nothing. */
export type Move = 'stayed' | 'had-to' | 'needless';

export interface Moves {
  readonly algorithm: string;
  readonly cells: readonly Move[];
  readonly moved: number;
  readonly needless: number;
}

/** Key by key. A key had to move where its target is gone, or where it is a new target's now. */
export function keyMoves(before: KeyMap, after: KeyMap): readonly Moves[] {
  const left = new Set(before.targets.filter((target) => !after.targets.includes(target)));
  const came = new Set(after.targets.filter((target) => !before.targets.includes(target)));
  return Object.entries(after.owners).map(([algorithm, owners]) => {
    const old = before.owners[algorithm] ?? [];
    const cells = owners.map((owner, key): Move => {
      const was = before.targets[old[key] ?? -1] ?? '';
      const is = after.targets[owner] ?? '';
      if (was === is) return 'stayed';
      return left.has(was) || came.has(is) ? 'had-to' : 'needless';
    });
    const needless = cells.filter((cell) => cell === 'needless').length;
    const moved = needless + cells.filter((cell) => cell === 'had-to').length;
    return { algorithm, cells, moved, needless };
  });
}

export function sameTargets(a: KeyMap, b: KeyMap): boolean {
  return a.targets.length === b.targets.length && a.targets.every((target, at) => target === b.targets[at]);
}
