import type { PolicyKind } from '../../../docker/l7/policies/policy-kind.ts';
import { kind } from '../../../docker/l7/policies/policy-kind.ts';
import type { CallEnd } from '../../../docker/l7/policies/policy.ts';

/** How a request went for the client that sent it. */
export type Outcome = { readonly status: number } | 'failed' | 'vanished';

interface Entry {
  judged: number;
  end: CallEnd | null;
  outcome: Outcome | null;
}

export interface Book {
  /** First among the policies: it sees every request, and how each of them ended. */
  readonly witness: PolicyKind;
  sent(id: string): void;
  /** The client's word. With the proxy's, the entry is closed; throws where the two do not agree. */
  heard(id: string, outcome: Outcome): void;
  /** Sent, and one of the two has not said how it ended. */
  readonly open: number;
  readonly closed: Readonly<Record<string, number>>;
  /** The first contradiction, or null. */
  readonly wrong: string | null;
  /** At the end, when nothing more will come: what a client that vanished had said, and nobody had read. */
  settle(): void;
}

/** Every request by its id, as its client and the proxy tell of it: kept only until both have. */
export function createBook(): Book {
  const entries = new Map<string, Entry>();
  const closed: Record<string, number> = {};
  let wrong: string | null = null;

  const complain = (id: string, what: string) => void (wrong ??= `${id}: ${what}`);

  const close = (id: string, how: string) => {
    entries.delete(id);
    closed[how] = (closed[how] ?? 0) + 1;
  };

  const compare = (id: string, { judged, end, outcome }: Entry) => {
    if (outcome === null) return;
    if (judged === 0) {
      if (typeof outcome === 'object')
        complain(id, `the client heard ${outcome.status} to what the proxy never saw`);
      return;
    }
    if (end === null) return;
    const { status, cause } = end;
    const whole = cause === null || cause === 'policy';
    if (typeof outcome === 'object') {
      if (status !== outcome.status)
        complain(id, `the client heard ${outcome.status}, the proxy said ${status} (${cause})`);
      else close(id, whole ? 'answered' : `answered by the proxy: ${cause}`);
      return;
    }
    if (outcome === 'vanished') {
      close(id, 'vanished');
      return;
    }
    if (whole) complain(id, `the client failed, and the proxy says that it answered ${status}`);
    else close(id, `failed: ${cause}`);
  };

  const witness = kind('persona', () => ({
    name: 'witness',
    request(call) {
      const entry = entries.get(call.id);
      if (entry === undefined) {
        complain(call.id, 'nobody sent it');
        return null;
      }
      entry.judged += 1;
      if (entry.judged > 1) complain(call.id, 'the proxy saw it twice');
      call.atEnd((end) => {
        entry.end = end;
        compare(call.id, entry);
      });
      return null;
    },
  }));

  return {
    witness,
    sent: (id) => void entries.set(id, { judged: 0, end: null, outcome: null }),
    heard(id, outcome) {
      const entry = entries.get(id);
      if (entry === undefined) {
        complain(id, 'it ended twice for its client');
        return;
      }
      entry.outcome = outcome;
      compare(id, entry);
    },
    get open() {
      return entries.size;
    },
    closed,
    get wrong() {
      return wrong;
    },
    settle() {
      for (const [id, { judged, outcome }] of entries) {
        if (judged === 0 && (outcome === 'vanished' || outcome === 'failed'))
          close(id, `${outcome}, never read`);
      }
    },
  };
}
