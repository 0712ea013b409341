import { expect, it } from 'vitest';
import type { ConnectionRow } from '../../../../../electron/contract/connections.ts';
import { envelope, envelopeWords } from '../../../../../electron/host/telemetry/envelope.ts';

const row: ConnectionRow = {
  id: 1,
  protocol: 'tcp',
  state: 'open',
  target: 'backend-2',
  why: null,
  client: { from: '10.0.0.2:51000', to: '10.0.0.3:8080' },
  stated: null,
  upstream: { from: '10.0.0.3:40000', to: '10.0.0.5:8080' },
  serverName: null,
  alpn: [],
  bytesToTarget: 120,
  bytesFromTarget: 340,
  ageMs: 2500,
  idleMs: 100,
};

it('tells four numbers twice, bytes and times, and names what it cannot tell', () => {
  expect(envelope(row)).toEqual({
    protocol: 'TCP',
    client: '10.0.0.2:51000 to 10.0.0.3:8080',
    target: '10.0.0.3:40000 to 10.0.0.5:8080',
    'target is': 'backend-2',
    bytes: '120 to the target, 340 back',
    age: '2.5 s',
    'quiet for': '0.1 s',
    inside: 'method, path, host, headers, cookies, status: not read',
  });
});

it('says how one ended, and the name that TLS gave away', () => {
  const ended = { ...row, serverName: 'shop.lab', end: 'closed', at: 0 };
  expect(envelope(ended)).toMatchObject({ 'server name': 'shop.lab', ended: 'closed' });
});

it('makes up nothing where the balancer knows nothing', () => {
  expect(envelope(null)).toEqual({});
  expect(envelopeWords(null)).toContain('keeps no line');
});
