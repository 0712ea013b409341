import type { Picker } from './algorithm.ts';
import { hash32, keyOf } from './hash.ts';
import { maglevTable } from './maglev-table.ts';
import { tableCache } from './table-cache.ts';

/**
 * Google's Maglev: the hash picks a slot of a table in which every target has its even share. When one leaves, its slots
 * are shared out and very few others change hands. Slow start does not apply: the table would move with it.
 */
export function maglev(): Picker {
  const tableOf = tableCache((candidates) => maglevTable(candidates));
  return (candidates, context) => {
    const table = tableOf(candidates);
    const key = keyOf(context);
    const hash = hash32(key, 0);
    const slot = hash % table.length;
    context.note?.(`${hash} modulo ${table.length} is slot ${slot}`, {
      key,
      hash,
      slot,
      slots: table.length,
    });
    return candidates[table[slot] ?? 0] ?? candidates[0];
  };
}
