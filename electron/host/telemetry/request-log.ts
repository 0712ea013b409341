import type { RequestRecord } from '../../../docker/protocol/events.ts';
import { tlsWords } from './tls-words.ts';
import type { RequestLog, RequestRow, RequestStory } from '../../contract/measure.ts';

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

  /** What each witness says of one request; an L4 balancer says what it cannot say. */
  story(id: string, l4: readonly string[]): RequestStory {
    const hops: RequestStory['hops'][number][] = [];
    for (const [node, witness] of this.witnesses) {
      const record = witness.records.get(id);
      if (record === undefined) continue;
      hops.push({
        node,
        saw: sawAs(witness.role, record),
        at: record.at,
        facts: facts(record, witness.role),
      });
    }
    for (const node of l4) {
      hops.push({
        node,
        saw: 'a connection and its bytes; a Layer 4 balancer reads no request, so it has nothing to say of this one',
        at: null,
        facts: {},
      });
    }
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
    ...tlsWords(record, role),
  };
}
