import type { Pool } from '../../../balancing/pool.ts';
import type { RequestHead, ResponseHead } from '../../message.ts';
import type { Said } from './said.ts';

/** One stored answer. */
export interface Entry {
  readonly key: string;
  /** What it depended on, and what the request had said there; none: on nothing but the URL. */
  readonly vary: readonly (readonly [name: string, value: string | null])[];
  head: ResponseHead;
  said: Said;
  readonly body: Buffer;
  /** When it came, and how old it was then. */
  receivedAt: number;
  initialAgeMs: number;
  lifetimeMs: number;
  hits: number;
  /** How to ask for it again: what the target was sent, and which targets might be. */
  readonly origin: { readonly head: RequestHead; readonly pool: Pool | null };
  /** A request for it is under way on our own account. */
  refreshing: boolean;
}

/** Stored answers by URL, the least recently used gone first when there is no more room. */
export interface Store {
  readonly bytes: number;
  readonly objects: number;
  /** The one for this request, or null; `others`: there are answers for other requests. */
  find(
    key: string,
    valueOf: (name: string) => string | null,
  ): { readonly entry: Entry | null; readonly others: boolean };
  /** In the place of the one for the same request; how many others had to go for it. */
  put(entry: Entry): number;
  /** All for a URL. */
  remove(key: string): number;
  drop(entry: Entry): void;
  latest(count: number): readonly Entry[];
}

export function createStore(maxBytes: number, ignoreVary = false): Store {
  const byKey = new Map<string, Entry[]>();
  /** In the order of their last use. */
  const used = new Set<Entry>();
  let bytes = 0;

  const drop = (entry: Entry) => {
    if (!used.delete(entry)) return;
    bytes -= sizeOf(entry);
    const left = (byKey.get(entry.key) ?? []).filter((one) => one !== entry);
    if (left.length === 0) byKey.delete(entry.key);
    else byKey.set(entry.key, left);
  };

  return {
    get bytes() {
      return bytes;
    },
    get objects() {
      return used.size;
    },
    find(key, valueOf) {
      const all = byKey.get(key) ?? [];
      const entry = all.findLast(({ vary }) => ignoreVary || isFor(vary, valueOf)) ?? null;
      if (entry !== null) {
        used.delete(entry);
        used.add(entry);
      }
      return { entry, others: all.length > 0 };
    },
    put(entry) {
      for (const old of byKey.get(entry.key) ?? []) {
        if (ignoreVary || sameFor(old, entry)) drop(old);
      }
      if (sizeOf(entry) > maxBytes) return 0;
      used.add(entry);
      byKey.set(entry.key, [...(byKey.get(entry.key) ?? []), entry]);
      bytes += sizeOf(entry);
      let gone = 0;
      for (const oldest of used) {
        if (bytes <= maxBytes) break;
        drop(oldest);
        gone += 1;
      }
      return gone;
    },
    remove(key) {
      const all = byKey.get(key) ?? [];
      for (const entry of all) drop(entry);
      return all.length;
    },
    drop,
    latest: (count) => [...used].slice(-count).reverse(),
  };
}

/** Whether a request says what an answer depended on. */
export function isFor(vary: Entry['vary'], valueOf: (name: string) => string | null): boolean {
  return vary.every(([name, value]) => asDependedOn(name, valueOf(name)) === value);
}

/** RFC 9111 section 4.1: two spellings of one wish are one. What Accept and its like list knows neither capitals nor spaces. */
export function asDependedOn(name: string, value: string | null): string | null {
  if (value === null || !name.startsWith('accept')) return value;
  return value.toLowerCase().replace(/[ \t]*([,;])[ \t]*/g, '$1');
}

function sameFor(one: Entry, other: Entry): boolean {
  return JSON.stringify(one.vary) === JSON.stringify(other.vary);
}

/** Heads are counted by their bodies' measure, roughly: what matters is that a store of small answers is bounded, too. */
function sizeOf({ body, key, vary }: Entry): number {
  return body.length + key.length + JSON.stringify(vary).length + 500;
}
