import type { FaultListing } from '../protocol/admin.ts';
import type { ConnectionPage, ConnectionRow } from '../protocol/connections.ts';
import type { ProgramEvent } from '../protocol/events.ts';
import type { Json } from '../protocol/json.ts';
import type { Command } from './command.ts';

/** An answer as a person reads it in a terminal. */
export function show(answer: Json, { show: how, only }: Pick<Command, 'show' | 'only'>): string {
  switch (how) {
    case 'fields':
      return fields(answer)
        .filter(([path]) => only?.some((one) => path === one || path.startsWith(`${one}.`)) !== false)
        .map(([path, value]) => `${path} = ${value}`)
        .join('\n');
    case 'events':
      return (answer as unknown as ProgramEvent[]).map(eventLine).join('\n');
    case 'faults':
      return faults(answer as unknown as FaultListing[]);
    case 'connections':
      return connections(answer as unknown as ConnectionPage);
    case 'json':
      return JSON.stringify(answer, null, 2);
    case 'done':
      return 'done';
  }
}

/** Leaves by dotted path; long text, such as an encoded histogram, is cut. */
function fields(value: Json, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const text = JSON.stringify(value);
    return [[path, text.length > 100 ? `${text.slice(0, 100)}...` : text]];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return path === '' ? [] : [[path, '{}']];
  return entries.flatMap(([key, below]) => fields(below, path === '' ? key : `${path}.${key}`));
}

function eventLine({ seq, at, type, ...rest }: ProgramEvent): string {
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [String(seq).padStart(5), new Date(at).toISOString().slice(11, 23), type, ...facts].join(' ');
}

function faults(list: readonly FaultListing[]): string {
  const width = Math.max(...list.map(({ name }) => name.length));
  return list
    .map(({ name, title, active }) => {
      const on = active === null ? '' : `  ${JSON.stringify(active.settings)}, ${active.applied} times`;
      return `${active === null ? ' ' : '*'} ${name.padEnd(width)}  ${title}${on}`;
    })
    .join('\n');
}

/** One line each: who, by which of our own ports, to whom, how much, for how long. All that layer 4 has to say. */
function connections({ open, connections: rows }: ConnectionPage): string {
  const line = (row: ConnectionRow) => {
    const name = row.serverName === null ? '' : `  ${row.serverName}`;
    const bytes = `${row.bytesToTarget} bytes out, ${row.bytesFromTarget} back`;
    const halves = `${row.client.from} > ${row.upstream?.from ?? '-'} > ${row.target ?? '-'}`;
    return `${halves}  ${row.state}, ${bytes}, ${(row.ageMs / 1000).toFixed(1)} s old${name}`;
  };
  return [`${open} open${rows.length < open ? `, the newest ${rows.length}` : ''}`, ...rows.map(line)].join(
    '\n',
  );
}
