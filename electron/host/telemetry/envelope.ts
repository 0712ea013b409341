import type { ConnectionRow, EndedRow } from '../../contract/connections.ts';

/** The outside of a request: all that whoever does not read it can know. */
export function envelope(row: ConnectionRow | EndedRow | null): Record<string, string> {
  if (row === null) return {};
  return {
    protocol: row.protocol.toUpperCase(),
    client: `${row.client.from} to ${row.client.to}`,
    ...(row.stated === null ? {} : { 'stated client': row.stated }),
    ...(row.upstream === null ? {} : { target: `${row.upstream.from} to ${row.upstream.to}` }),
    ...(row.target === null ? {} : { 'target is': row.target }),
    ...(row.serverName === null ? {} : { 'server name': row.serverName }),
    bytes: `${row.bytesToTarget} to the target, ${row.bytesFromTarget} back`,
    age: seconds(row.ageMs),
    ...('end' in row ? { ended: row.end } : { 'quiet for': seconds(row.idleMs) }),
    inside: 'method, path, host, headers, cookies, status: not read',
  };
}

export function envelopeWords(row: ConnectionRow | EndedRow | null): string {
  if (row === null)
    return 'a connection and its bytes, and it keeps no line of one that is over; it reads no request, so it has nothing to say of this one';
  return 'the outside of the connection that carried it; it reads no request, so it cannot say which of its bytes were this one';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
