import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestBackend } from '../../../../support/backend.ts';
import type { TestBackend } from '../../../../support/backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend({ settings: { bodyBytes: 10_000 } });
});
afterEach(() => backend.stop());

const client = { headers: { 'x-blindspot-client': 'c' } };

describe('reset-mid-response', () => {
  it('sends head and part of the body, then a reset', async () => {
    await backend.fault('reset-mid-response', { bodyShare: 0.5 });
    const got = await backend.get('/', client);
    expect(got.status).toBe(200);
    expect(got.outcome).toBe('ECONNRESET');
    expect(got.text.length).toBeGreaterThan(4000);
    expect(got.text.length).toBeLessThan(6000);
    await expect
      .poll(() => backend.stats().requests.c, { timeout: 10_000 })
      .toMatchObject({ answered: 0, aborted: 1 });
  });
});

describe('truncated-body', () => {
  it('promises all and closes in order after a part', async () => {
    await backend.fault('truncated-body', { bodyShare: 0.3 });
    const got = await backend.get('/', client);
    expect(got.status).toBe(200);
    expect(Number(got.headers['content-length'])).toBeGreaterThan(10_000);
    expect(got.outcome).toBe('ECONNRESET');
    expect(got.text.length).toBeGreaterThan(2500);
    expect(got.text.length).toBeLessThan(3500);
    await expect
      .poll(() => backend.stats().requests.c, { timeout: 10_000 })
      .toMatchObject({ answered: 0, aborted: 1 });
  });
});

describe('slow-body', () => {
  it('gives the head at once and all of the body late', async () => {
    await backend.fault('slow-body', { pieces: 5, overMs: 500 });
    const got = await backend.get('/');
    expect(got.outcome).toBe('200');
    expect(got.ms).toBeGreaterThanOrEqual(480);
    expect(got.text.length).toBe(Number(got.headers['content-length']));
  });
});

describe('large-response', () => {
  it('has exactly the size asked for', async () => {
    await backend.fault('large-response', { bytes: 3_000_001 });
    const got = await backend.get('/');
    expect(got.outcome).toBe('200');
    expect(got.text.length).toBe(3_000_001);
  });
});
