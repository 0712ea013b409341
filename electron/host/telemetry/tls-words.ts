import type { RequestRecord } from '../../../docker/protocol/events.ts';
import type { Stats } from '../../../docker/protocol/stats.ts';
import type { CertificateFacts, HandshakeStats, TlsFacts } from '../../../docker/protocol/tls.ts';
import type { TlsLine } from '../../contract/session.ts';

/** What one hop saw of TLS around a request, name by name; nothing where all was in the clear. */
export function tlsWords({ tls, targetTls }: RequestRecord, role: string): Record<string, string> {
  return {
    ...(tls === undefined ? {} : side(role === 'client' ? 'TLS to the server' : 'TLS with the client', tls)),
    ...(targetTls === undefined ? {} : side('TLS to the target', targetTls)),
  };
}

function side(title: string, facts: TlsFacts): Record<string, string> {
  const { version, cipher, alpn, serverName, resumed, handshakeMs, peer, trusted } = facts;
  const how = `${resumed ? 'resumed' : 'full handshake'} in ${handshakeMs.toFixed(1)} ms`;
  const verdict = trusted === null ? 'not verified' : trusted ? 'verified' : 'not trusted';
  return {
    [title]: [version, cipher, ...(alpn === null ? [] : [alpn]), how].join(', '),
    [`${title}: name asked for`]: serverName ?? 'none',
    [`${title}: shown`]: peer === null ? 'no certificate' : `${certificateWords(peer)}; ${verdict}`,
  };
}

export function certificateWords({ names, subject, issuer, validTo }: CertificateFacts): string {
  const until = new Date(validTo).toISOString().slice(0, 16).replace('T', ' ');
  const all = names.length === 0 ? subject : names.join(', ');
  return `${all}, signed by ${issuer === subject ? 'itself' : issuer}, until ${until} UTC`;
}

/** What a node shows, and holds the key of; what it was shown last; how its handshakes went. */
export function tlsLines(stats: Stats): readonly TlsLine[] {
  return [...serverLines(stats), ...clientLines(stats)];
}

function serverLines(stats: Stats): TlsLine[] {
  const tls = 'tls' in stats && stats.role !== 'client' ? stats.tls : undefined;
  if (tls === undefined) return [];
  if (!tls.on) return [{ what: 'Holds a key', text: 'and certificates, and shows none: TLS is off here' }];
  return [
    ...tls.shows.map((one) => ({ what: 'Shows, and holds the key of', text: certificateWords(one) })),
    { what: 'Handshakes with clients', text: handshakeWords(tls) },
  ];
}

function clientLines(stats: Stats): TlsLine[] {
  const tls = stats.role === 'client' ? stats.tls : 'targetTls' in stats ? stats.targetTls : undefined;
  if (tls === undefined) return [];
  const to = stats.role === 'client' ? 'the server' : 'targets';
  return [
    ...(tls.shown === null ? [] : [{ what: `Last shown by ${to}`, text: certificateWords(tls.shown) }]),
    { what: `Handshakes with ${to}`, text: handshakeWords(tls) },
  ];
}

function handshakeWords({ full, resumed, failed }: HandshakeStats): string {
  const problems = Object.entries(failed).map(([problem, count]) => `${count} ${problem}`);
  const bad = problems.length === 0 ? 'none failed' : `failed: ${problems.join(', ')}`;
  return `${full} full, ${resumed} resumed, ${bad}`;
}
