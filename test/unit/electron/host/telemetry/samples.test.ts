import { describe, expect, it } from 'vitest';
import { Samples, thin } from '../../../../../electron/host/telemetry/samples.ts';
import { clientStats } from '../../../../support/stats.ts';

const stats = clientStats();

describe('Samples', () => {
  it('gives the newest sample at or before a time', () => {
    const samples = new Samples();
    for (const at of [100, 350, 600]) samples.add('client', { at, stats });
    expect(samples.get('client')?.at).toBe(600);
    expect(samples.get('client', 599)?.at).toBe(350);
    expect(samples.get('client', 99)).toBeNull();
  });

  it('keeps an hour at four a second in a few hundred samples', () => {
    const samples = new Samples();
    for (let at = 0; at < 3_600_000; at += 250) samples.add('client', { at, stats });
    const kept = Array.from({ length: 3600 }, (_, s) => samples.get('client', s * 1000)?.at);
    expect(new Set(kept).size).toBeLessThan(400);
  });
});

describe('thin', () => {
  it('keeps the newest dense and the old sparse', () => {
    const all = Array.from({ length: 400 }, (_, i) => ({ at: i * 250, stats }));
    const kept = thin(all, 100_000);
    expect(kept.filter((s) => s.at >= 85_000)).toHaveLength(60);
    expect(kept.filter((s) => s.at < 85_000).length).toBeLessThanOrEqual(60);
  });

  it('keeps the counters before a remembered moment for as long as it keeps any: a bill does not change with age', () => {
    const samples = new Samples();
    samples.remember(307_380);
    for (let at = 0; at < 3_600_000; at += 250) samples.add('client', { at, stats });
    expect(samples.get('client', 307_380)?.at).toBe(307_250);
  });
});
