import type { Candidates } from './algorithm.ts';

/** A retry leaves one target out, a flapping one comes and goes: so many sets are worth keeping. */
const most = 4;

/**
 * Tables are dear to make and depend on names and weights only. The same array of candidates gives its table at once;
 * another array with the same content finds it by that.
 */
export function tableCache<T extends object>(build: (candidates: Candidates) => T) {
  let byArray = new WeakMap<Candidates, T>();
  const byContent = new Map<string, T>();

  const remember = (content: string, candidates: Candidates): T => {
    const table = byContent.get(content) ?? build(candidates);
    byContent.delete(content);
    byContent.set(content, table);
    const [oldest] = byContent.keys();
    if (byContent.size > most && oldest !== undefined) {
      byContent.delete(oldest);
      byArray = new WeakMap();
    }
    return table;
  };

  return (candidates: Candidates): T => {
    const known = byArray.get(candidates);
    if (known !== undefined) return known;
    const table = remember(candidates.map(({ id, weight }) => `${id}\n${weight}`).join('\n'), candidates);
    byArray.set(candidates, table);
    return table;
  };
}
