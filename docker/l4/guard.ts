//  new connection --> [allowed network?] --> [too many of this source?] --> [too fast?] --> a target may be chosen
import type { GuardSettings } from '../protocol/l4.ts';
import type { BlockCause } from '../protocol/stats.ts';
import { addressSet } from '../wire/ip-address.ts';
import type { AddressSet } from '../wire/ip-address.ts';

/** What is remembered of one source: open connections, and a token bucket. */
interface Source {
  open: number;
  tokens: number;
  at: number;
}

/** Sources without a connection are forgotten beyond this; a full bucket is all that is lost with them. */
const mostSources = 50_000;

export interface Guard {
  /** False: nothing to judge, and nothing is counted by source. */
  readonly on: boolean;
  configure(settings: GuardSettings): void;
  /** Null: it may come in, and `left` must be told when it goes. */
  admit(address: string): BlockCause | null;
  left(address: string): void;
}

export function createGuard(first: GuardSettings, now: () => number): Guard {
  const sources = new Map<string, Source>();
  let settings = first;
  let allowed: AddressSet | null = null;
  let on = false;

  const configure = (next: GuardSettings) => {
    settings = next;
    allowed = next.allow.length === 0 ? null : addressSet(next.allow);
    on = allowed !== null || next.maxPerSource > 0 || next.ratePerSource > 0;
  };

  const sourceOf = (address: string): Source => {
    const known = sources.get(address);
    if (known !== undefined) return known;
    if (sources.size >= mostSources) forgetQuiet(sources);
    const source = { open: 0, tokens: settings.burst, at: now() };
    sources.set(address, source);
    return source;
  };

  /** A token bucket: the burst at once, then the rate. */
  const takeToken = (source: Source): boolean => {
    const at = now();
    const earned = ((at - source.at) / 1000) * settings.ratePerSource;
    source.tokens = Math.min(settings.burst, source.tokens + Math.max(0, earned));
    source.at = at;
    if (source.tokens < 1) return false;
    source.tokens -= 1;
    return true;
  };

  configure(first);
  return {
    get on() {
      return on;
    },
    configure,
    admit(address) {
      if (allowed?.(address) === false) return 'not-allowed';
      const source = sourceOf(address);
      if (settings.maxPerSource > 0 && source.open >= settings.maxPerSource) return 'too-many';
      if (settings.ratePerSource > 0 && !takeToken(source)) return 'too-fast';
      source.open += 1;
      return null;
    },
    left(address) {
      const source = sources.get(address);
      if (source === undefined) return;
      source.open -= 1;
      if (source.open <= 0 && settings.ratePerSource === 0) sources.delete(address);
    },
  };
}

function forgetQuiet(sources: Map<string, Source>): void {
  for (const [address, source] of sources) if (source.open <= 0) sources.delete(address);
}
