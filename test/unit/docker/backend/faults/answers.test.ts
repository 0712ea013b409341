import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

const statuses = async (count: number, path = '/') => {
  const seen: Record<string, number> = {};
  for (let i = 0; i < count; i += 50) {
    const batch = await Promise.all(Array.from({ length: Math.min(50, count - i) }, () => backend.get(path)));
    for (const { outcome } of batch) seen[outcome] = (seen[outcome] ?? 0) + 1;
  }
  return seen;
};

describe('always-status', () => {
  it('answers everything with one status, health included, until it is cleared', async () => {
    await backend.fault('always-status', { status: 500 });
    for (const path of ['/', '/health', '/healthz', '/whoami']) {
      expect((await backend.get(path)).outcome).toBe('500');
    }
    expect(backend.stats().faults).toMatchObject([{ name: 'always-status', applied: 4 }]);
    await backend.heal('always-status');
    expect((await backend.get('/')).outcome).toBe('200');
  });

  it('names its server and gives the request id back in an error too', async () => {
    await backend.fault('always-status', { status: 503 });
    const { headers } = await backend.get('/', { headers: { 'x-request-id': 'r7' } });
    expect(headers).toMatchObject({ 'x-blindspot-server': 'b1', 'x-request-id': 'r7' });
  });
});

describe('error-share', () => {
  it('fails 30 % of 2,000 requests, within 2 points', async () => {
    await backend.fault('error-share', { share: 0.3, status: 502 });
    const seen = await statuses(2000);
    expect(seen['502']).toBeGreaterThanOrEqual(560);
    expect(seen['502']).toBeLessThanOrEqual(640);
    expect((seen['200'] ?? 0) + (seen['502'] ?? 0)).toBe(2000);
    expect(backend.stats().faults[0]?.applied).toBe(seen['502']);
  });
});

describe('wrong-content', () => {
  it('keeps the status and replaces the body', async () => {
    await backend.fault('wrong-content', { contentType: 'text/plain', body: 'not yours' });
    const got = await backend.get('/');
    expect(got).toMatchObject({ outcome: '200', text: 'not yours' });
    expect(got.headers['content-type']).toBe('text/plain');
  });
});

describe('stale-cache', () => {
  it('serves an old version with status 200 and says its age', async () => {
    const fresh = await backend.get('/');
    expect(fresh.json.version).toBe('v1');
    expect(fresh.headers.age).toBeUndefined();
    await backend.fault('stale-cache', { version: 'v0', ageMs: 60_000 });
    const stale = await backend.get('/');
    expect(stale).toMatchObject({ outcome: '200', json: { version: 'v0' } });
    expect(Number(stale.headers.age)).toBeGreaterThanOrEqual(60);
    expect(Date.now() - Date.parse(String(stale.json.asOf))).toBeGreaterThanOrEqual(60_000);
    expect((await backend.get('/health')).json.version).toBe('v0');
  });
});

describe('flap', () => {
  it('goes down first and comes back, by status', async () => {
    await backend.fault('flap', { downMs: 1500, upMs: 600_000, how: 'status', status: 503 });
    const seen = new Set<string>();
    const end = Date.now() + 10_000;
    while (!seen.has('200') && Date.now() < end) seen.add((await backend.get('/')).outcome);
    expect([...seen]).toEqual(['503', '200']);
  });

  it('goes down by closing the port', async () => {
    await backend.fault('flap', { downMs: 600_000, upMs: 10, how: 'refuse' });
    expect((await backend.get('/')).outcome).toBe('ECONNREFUSED');
    await backend.heal('flap');
    expect((await backend.get('/')).outcome).toBe('200');
  });
});
