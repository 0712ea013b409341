import { describe, expect, test } from 'vitest';
import type { RequestRecord } from '../../../../../docker/protocol/events.ts';
import type { BackendStats, ClientStats } from '../../../../../docker/protocol/stats.ts';
import type { CertificateFacts, TlsFacts } from '../../../../../docker/protocol/tls.ts';
import { tlsLines, tlsWords } from '../../../../../electron/host/telemetry/tls-words.ts';

const certificate: CertificateFacts = {
  names: ['app.lab'],
  subject: 'app.lab',
  issuer: 'Blindspot lab s1',
  validFrom: 0,
  validTo: Date.UTC(2026, 10, 28, 7, 30),
};
const facts: TlsFacts = {
  ...{ version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', alpn: 'http/1.1', serverName: 'app.lab' },
  ...{ resumed: false, peer: certificate, trusted: true, handshakeMs: 4.25 },
};
const record = { id: 'r' } as RequestRecord;

describe('TLS in words', () => {
  test('a hop without TLS has none', () => {
    expect(tlsWords(record, 'client')).toEqual({});
  });

  test('a client says what it was shown and whether it believed it', () => {
    expect(tlsWords({ ...record, tls: facts }, 'client')).toEqual({
      'TLS to the server': 'TLSv1.3, TLS_AES_256_GCM_SHA384, http/1.1, full handshake in 4.3 ms',
      'TLS to the server: name asked for': 'app.lab',
      'TLS to the server: shown': 'app.lab, signed by Blindspot lab s1, until 2026-11-28 07:30 UTC; verified',
    });
  });

  test('a proxy says both sides, and that it did not look', () => {
    const both = tlsWords(
      { ...record, tls: { ...facts, peer: null }, targetTls: { ...facts, trusted: null, resumed: true } },
      'l7',
    );
    expect(both['TLS with the client: shown']).toBe('no certificate');
    expect(both['TLS to the target: shown']).toMatch(/; not verified$/);
    expect(both['TLS to the target']).toContain('resumed in');
  });

  test('what a node holds, and how its handshakes went', () => {
    const tls = { on: true, full: 3, resumed: 2, failed: { 'not-tls': 1 }, shows: [certificate] };
    expect(tlsLines({ role: 'backend', tls } as unknown as BackendStats)).toEqual([
      {
        what: 'Shows, and holds the key of',
        text: 'app.lab, signed by Blindspot lab s1, until 2026-11-28 07:30 UTC',
      },
      { what: 'Handshakes with clients', text: '3 full, 2 resumed, failed: 1 not-tls' },
    ]);
    const shown = { ...certificate, issuer: 'app.lab' };
    const client = { full: 1, resumed: 0, failed: {}, shown, handshake: {} };
    const lines = tlsLines({ role: 'client', tls: client } as unknown as ClientStats);
    expect(lines.map(({ text }) => text)).toEqual([
      'app.lab, signed by itself, until 2026-11-28 07:30 UTC',
      '1 full, 0 resumed, none failed',
    ]);
    expect(tlsLines({ role: 'client' } as unknown as ClientStats)).toEqual([]);
  });
});
