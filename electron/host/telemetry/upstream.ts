import type { Link } from '../../contract/session.ts';

/** Pure: everyone whose traffic may pass a node, nearest first. */
export function upstream(node: string, links: readonly Link[]): readonly string[] {
  const seen = new Set([node]);
  for (const name of seen) for (const { from, to } of links) if (to === name) seen.add(from);
  seen.delete(node);
  return [...seen];
}
