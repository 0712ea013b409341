import type { FailureKind } from '../protocol/client.ts';
import type { Context } from '../lib/program-types.ts';
import type { Ending } from './exchange.ts';
import { lagLimitMs } from './lag-watch.ts';
import type { LagNews } from './lag-watch.ts';

/** What a person must be told that no counter says: trouble that is the load client's own. */
export interface Notes {
  lag(news: LagNews): void;
  ending(ending: Ending): void;
}

/** Failures whose reason lies on this side, or that a count alone does not explain. */
const explained: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'no-port',
  'local',
  'bad-response',
  'tls',
  'certificate-name',
  'certificate-expired',
  'certificate-untrusted',
]);
/** The same trouble is told once in so long. */
const quietMs = 10_000;

export function createNotes(context: Context): Notes {
  const toldAt = new Map<FailureKind, number>();
  return {
    lag({ behind, sent, late, worstMs }) {
      const text = behind
        ? `the load generator is behind its schedule: ${late} of ${sent} requests left more than ${lagLimitMs} ms late`
        : 'the load generator keeps its schedule again';
      context.events.emit({ type: 'note', text, data: { behind, sent, late, worstMs } });
    },
    ending({ failure, detail }) {
      if (failure === null || !explained.has(failure)) return;
      const now = context.now();
      if (now - (toldAt.get(failure) ?? -Infinity) < quietMs) return;
      toldAt.set(failure, now);
      context.events.emit({ type: 'note', text: `${failure}: ${detail}`, data: { failure } });
    },
  };
}
