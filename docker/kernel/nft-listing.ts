import type { KernelRule } from '../protocol/stats.ts';
import type { Count } from './plane.ts';

/** A table as `nft list table` prints it. */
export interface Listing {
  readonly counters: ReadonlyMap<string, Count>;
  readonly rules: readonly KernelRule[];
}

/** Read as text rather than as nft's JSON: what the window shows is then what a person's own `nft list` shows. */
export function readListing(text: string): Listing {
  const counters = new Map<string, Count>();
  const rules: { chain: string; text: string }[] = [];
  let block: { kind: string; name: string } | null = null;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const opened = /^(counter|map|set|chain|table) (.*?) ?\{$/.exec(line);
    if (opened !== null) block = { kind: opened[1] ?? '', name: unquoted(opened[2] ?? '') };
    else if (line === '}') block = null;
    else if (block?.kind === 'counter') {
      const count = countIn(line);
      if (count !== null) counters.set(block.name, count);
    } else if (block?.kind === 'chain' && line !== '' && !line.startsWith('type ')) {
      rules.push({ chain: block.name, text: line });
    }
  }
  return { counters, rules: rules.map(({ chain, text: rule }) => withCount(chain, rule, counters)) };
}

/** A rule counts by a counter of its own, or by a named one. */
function withCount(chain: string, text: string, counters: ReadonlyMap<string, Count>): KernelRule {
  const named = /\bcounter name "?([\w./-]+)"?/.exec(text)?.[1];
  const count = named === undefined ? countIn(text) : (counters.get(named) ?? null);
  const plain = text.replace(/\bcounter packets \d+ bytes \d+ ?/, 'counter ').trim();
  return { chain, text: plain, packets: count?.packets ?? null, bytes: count?.bytes ?? null };
}

function countIn(text: string): Count | null {
  const found = /\bpackets (\d+) bytes (\d+)/.exec(text);
  return found === null ? null : { packets: Number(found[1]), bytes: Number(found[2]) };
}

function unquoted(name: string): string {
  return name.replaceAll('"', '');
}
