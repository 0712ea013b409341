import type {
  BalancerConnections,
  ConnectionRow,
  ConnectionsView,
} from '../../electron/contract/connections.ts';
import { howEnded } from '../dock/connection-words.ts';

/** One thing that an L4 forwarder told of one connection. */
export interface ForwarderEvent {
  readonly key: number;
  readonly at: number;
  /** False: it happened between two looks, and this is the time of the later one. */
  readonly exact: boolean;
  readonly forwarder: string;
  readonly client: string;
  readonly target: string | null;
  readonly what: string;
  /** Copied since the event before. */
  readonly toTarget: number;
  readonly fromTarget: number;
}

const mostKept = 400;

type Told = Omit<ForwarderEvent, 'key'>;
type Ended = BalancerConnections['ended'][number];

/**
 * Where no packet can be captured, the forwarders' own word stands in: each look at their tables, set against the one
 * before, says what became of each connection meanwhile.
 */
export class ForwarderEvents {
  private open = new Map<string, ConnectionRow>();
  private told = new Set<string>();
  /** Connection ids begin anew with a forwarder's program; these keys do not. */
  private count = 0;
  private events: readonly ForwarderEvent[] = [];

  /** Newest first. */
  take({ balancers }: ConnectionsView): readonly ForwarderEvent[] {
    const open = new Map<string, ConnectionRow>();
    const told = new Set<string>();
    const fresh: Told[] = [];
    for (const { node, at, rows, ended } of balancers) {
      for (const row of ended) {
        const key = keyOf(node, row);
        told.add(key);
        if (!this.told.has(key)) fresh.push(...endedEvents(node, row, this.open.get(key)));
      }
      for (const row of rows) {
        const key = keyOf(node, row);
        open.set(key, row);
        fresh.push(...openEvents(node, at, row, this.open.get(key)));
      }
    }
    this.open = open;
    this.told = told;
    if (fresh.length > 0)
      this.events = [...fresh.map((one) => ({ ...one, key: this.count++ })), ...this.events]
        .toSorted((a, b) => b.at - a.at)
        .slice(0, mostKept);
    return this.events;
  }
}

function openEvents(
  forwarder: string,
  at: number,
  row: ConnectionRow,
  before: ConnectionRow | undefined,
): readonly Told[] {
  const event = eventOf(forwarder, row);
  if (before === undefined) {
    const start = event(at - row.ageMs, true, startWords(row), row);
    return [start];
  }
  const moved = since(row, before);
  const changed = row.state === before.state ? null : changes[row.state];
  if (changed == null && moved.bytesToTarget + moved.bytesFromTarget === 0) return [];
  return [event(at, false, changed ?? 'bytes copied', moved)];
}

function endedEvents(forwarder: string, row: Ended, before: ConnectionRow | undefined): readonly Told[] {
  const event = eventOf(forwarder, row);
  const end = event(row.at, true, howEnded(row.end), since(row, before ?? nothingYet));
  if (before !== undefined) return [end];
  return [end, event(row.at - row.ageMs, true, startWords(row), nothingYet)];
}

const changes: Readonly<Record<ConnectionRow['state'], string | null>> = {
  opening: null,
  dialling: null,
  open: 'connected to its target',
  'client-done': 'the client sent FIN',
  'target-done': 'the target sent FIN',
};

type Bytes = Pick<ConnectionRow, 'bytesToTarget' | 'bytesFromTarget'>;
const nothingYet: Bytes = { bytesToTarget: 0, bytesFromTarget: 0 };

function since(now: Bytes, before: Bytes): Bytes {
  return {
    bytesToTarget: now.bytesToTarget - before.bytesToTarget,
    bytesFromTarget: now.bytesFromTarget - before.bytesFromTarget,
  };
}

function startWords({ upstream }: ConnectionRow): string {
  return upstream === null ? 'accepted' : `accepted, and connected from ${upstream.from}`;
}

function eventOf(forwarder: string, { client, target }: ConnectionRow) {
  return (at: number, exact: boolean, what: string, moved: Bytes): Told => ({
    at,
    exact,
    forwarder,
    client: client.from,
    target,
    what,
    toTarget: moved.bytesToTarget,
    fromTarget: moved.bytesFromTarget,
  });
}

/** A forwarder whose program began anew counts its connections from one again. */
function keyOf(forwarder: string, { id, client }: ConnectionRow): string {
  return `${forwarder}/${id}/${client.from}`;
}
