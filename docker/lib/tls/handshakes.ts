import type { CertificateFacts, ClientTlsStats, TlsFacts, TlsProblem } from '../../protocol/tls.ts';
import { createLatencyHistogram } from '../latency-histogram.ts';
import { createHandshakeCounter } from './handshake-counter.ts';

/** What all handshakes that this program began came to. */
export interface Handshakes {
  done(facts: TlsFacts): void;
  failed(problem: TlsProblem): void;
  stats(reader: object): ClientTlsStats | null;
}

export function createHandshakes(): Handshakes {
  const counter = createHandshakeCounter();
  const handshake = createLatencyHistogram();
  let shown: CertificateFacts | null = null;
  let any = false;
  return {
    done(facts) {
      any = true;
      counter.done(facts.resumed);
      handshake.record(facts.handshakeMs);
      shown = facts.peer ?? shown;
    },
    failed(problem) {
      any = true;
      counter.failed(problem);
    },
    stats: (reader) => (any ? { ...counter.counts(), handshake: handshake.since(reader), shown } : null),
  };
}
