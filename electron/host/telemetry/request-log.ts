import type { RequestRecord } from '../../../docker/protocol/events.ts';
import type { ConnectionRow, EndedRow } from '../../contract/connections.ts';
import { envelope, envelopeWords } from './envelope.ts';
import { tlsWords } from './tls-words.ts';
import type { RequestLog, RequestRow, RequestStory } from '../../contract/measure.ts';

/** By L4 balancer, what it knows of the connection that carried a request; null: nothing, or nothing any more. */
export type Envelopes = ReadonlyMap<string, ConnectionRow | EndedRow | null>;

const keepRows = 200;
const keepRecords = 1000;

interface Witness {
  readonly role: string;
  readonly records: Map<string, RequestRecord>;
}

/** Sampled requests from every hop that can see requests; the same ids at each, so that they join. */
export class RequestBook {
  private readonly witnesses = new Map<string, Witness>();
  private rows: RequestRow[] = [];
  private oneIn = 1;

  add(node: string, role: string, oneIn: number, records: readonly RequestRecord[]): void {
    let witness = this.witnesses.get(node);
    if (witness === undefined) {
      witness = { role, records: new Map() };
      this.witnesses.set(node, witness);
    }
    for (const record of records) {
      witness.records.set(record.id, record);
      if (witness.records.size > keepRecords) {
        const [oldest] = witness.records.keys();
        if (oldest !== undefined) witness.records.delete(oldest);
      }
    }
    if (role !== 'client') return;
    this.oneIn = oneIn;
    this.rows = [...this.rows, ...records.map((record) => row(node, record))].slice(-keepRows);
  }

  view(): RequestLog {
    return { oneIn: this.oneIn, rows: this.rows };
  }

  /** Where the client sent a request from, by its own word: what joins it to a connection. */
  sentFrom(id: string): string | null {
    for (const { role, records } of this.witnesses.values())
      if (role === 'client') return records.get(id)?.connection ?? null;
    return null;
  }

  /** What each witness says of one request; an L4 balancer says what it knows of the connection, and no more. */
  story(id: string, l4: Envelopes): RequestStory {
    const hops: RequestStory['hops'][number][] = [];
    for (const [node, witness] of this.witnesses) {
      const record = witness.records.get(id);
      if (record === undefined) continue;
      hops.push({
        node,
        layer: witness.role === 'l7' ? 'l7' : null,
        saw: sawAs(witness.role, record),
        at: record.at,
        facts: facts(record, witness.role),
      });
    }
    for (const [node, row] of l4)
      hops.push({ node, layer: 'l4', saw: envelopeWords(row), at: null, facts: envelope(row) });
    const order: Readonly<Record<string, number>> = { client: 0, l7: 2, backend: 3 };
    const rank = (node: string): number => order[this.witnesses.get(node)?.role ?? ''] ?? 1;
    return { id, hops: hops.sort((a, b) => rank(a.node) - rank(b.node)) };
  }
}

function row(client: string, record: RequestRecord): RequestRow {
  const { id, at, connection, user, method, path, outcome, ok, latencyMs, serviceMs, server } = record;
  return { id, at, client, user, connection, method, path, outcome, ok, latencyMs, serviceMs, server };
}

function sawAs(role: string, record: RequestRecord): string {
  const what = `${record.method} ${record.path}`;
  if (role === 'client') return `sent ${what}; got ${record.outcome}`;
  return `received ${what}; answered ${record.outcome}`;
}

function facts(record: RequestRecord, role: string): Record<string, string> {
  return {
    connection: record.connection,
    user: record.user,
    outcome: record.outcome,
    latency: `${record.latencyMs.toFixed(1)} ms`,
    service: `${record.serviceMs.toFixed(1)} ms`,
    ...(record.server === null ? {} : { server: record.server }),
    ...(record.detail === undefined ? {} : { detail: record.detail }),
    ...(record.why === undefined || record.why.length === 0 ? {} : { decided: record.why.join('; ') }),
    ...tlsWords(record, role),
  };
}
