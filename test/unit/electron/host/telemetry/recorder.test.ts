import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tick, TimelineEntry } from '../../../../../electron/contract/measure.ts';
import { Recorder } from '../../../../../electron/host/telemetry/recorder.ts';
import type { RecorderOptions } from '../../../../../electron/host/telemetry/recorder.ts';
import { Recordings } from '../../../../../electron/host/telemetry/recordings.ts';
import { makeReport } from '../../../../../electron/host/telemetry/report.ts';

let dir: string;
let recordings: Recordings;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'blindspot-recording-'));
  recordings = new Recordings(dir);
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const about = {
  format: 1,
  session: 's1',
  lab: 'some-lab',
  title: 'Some lab',
  engine: 'local',
  scale: 10,
  startedAt: 1000,
} as const;

function recorder(options: Partial<RecorderOptions> = {}): Recorder {
  return new Recorder({ dir: recordings.folder('s1'), about, ...options });
}

function tick(at: number, good = 100): Tick {
  const client = {
    offered: good,
    answered: good,
    outcomes: { '2xx': good, '5xx': 0 },
    p50Ms: 1,
    p95Ms: 2,
    p99Ms: 3,
    inFlight: 0,
    lagMs: 0,
  };
  return { seq: at / 250, at, lengthMs: 250, clients: { client }, balancers: {}, backends: {}, memory: {} };
}

function entry(at: number, text: string): TimelineEntry {
  return { seq: 1, at, kind: 'fault', node: null, target: null, tone: 'bad', text };
}

/** Text that does not compress, so that bytes on disk can be counted on. */
function noise(chars: number): string {
  return Array.from({ length: chars }, () => Math.random().toString(36).charAt(5)).join('');
}

describe('Recorder', () => {
  it('gives back what was recorded, by time', async () => {
    const record = recorder();
    for (let at = 1000; at < 61_000; at += 250) record.add('tick', at, tick(at));
    record.add('entry', 30_000, entry(30_000, 'fault on'));
    await record.flush();
    const range = await recordings.range('s1', 20_000, 40_000);
    expect(range.ticks).toHaveLength(81);
    expect(range.ticks[0]).toEqual(tick(20_000));
    expect(range.entries).toEqual([entry(30_000, 'fault on')]);
    expect(record.state()).toMatchObject({ from: 1000, to: 60_750, trouble: null, lostPieces: 0 });
    const [info] = await recordings.list('s1');
    expect(info).toMatchObject({ ...about, from: 1000, to: 60_750, live: true, bytes: record.state().bytes });
  });

  it('exports one gzip file that begins with what it is', async () => {
    const record = recorder();
    for (let at = 0; at < 40_000; at += 250) record.add('tick', at, tick(at));
    await record.flush();
    const { name, data, next } = await recordings.export('s1', null);
    expect([name, next]).toEqual(['blindspot-some-lab-s1.ndjson.gz', null]);
    const lines = gunzipSync(Buffer.from(data, 'base64')).toString().trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({ k: 'about', at: 1000, v: about });
    expect(lines).toHaveLength(161);
  });

  it('exports what is large in parts that join to the whole', async () => {
    const record = recorder();
    for (let at = 0; at < 6; at++) {
      record.add('settings', at, noise(500_000));
      await record.flush();
    }
    const parts: Buffer[] = [];
    let after: string | null = null;
    do {
      const part = await recordings.export('s1', after);
      parts.push(Buffer.from(part.data, 'base64'));
      after = part.next;
    } while (after !== null);
    expect(parts.length).toBeGreaterThan(1);
    expect(gunzipSync(Buffer.concat(parts)).toString().trimEnd().split('\n')).toHaveLength(7);
  });

  it('lets the oldest go at its limit', async () => {
    const record = recorder({ limitBytes: 40_000 });
    for (let at = 0; at < 10; at++) {
      record.add('settings', at * 1000, noise(12_000));
      await record.flush();
    }
    const { bytes, from, to } = record.state();
    expect(bytes).toBeLessThanOrEqual(40_000);
    expect(from).toBeGreaterThan(4000);
    expect(to).toBe(9000);
    const onDisk = (await recordings.pieces('s1')).reduce((sum, piece) => sum + piece.bytes, 0);
    expect(onDisk).toBe(bytes);
  });

  it('survives a full disk: says so, counts what is lost, leaves no half file, and goes on when there is room', async () => {
    let full = false;
    const write = async (file: string, data: Uint8Array | string): Promise<void> => {
      await writeFile(file, full ? data.slice(0, 3) : data);
      if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const record = recorder({ write });
    const add = async (at: number): Promise<void> => {
      record.add('entry', at, entry(at, `at ${at}`));
      await record.flush();
    };
    await add(1000);
    full = true;
    await add(2000);
    expect(record.state()).toMatchObject({ trouble: 'The disk is full.', lostPieces: 1 });
    expect((await readdir(recordings.folder('s1'))).filter((name) => name.endsWith('.new'))).toEqual([]);
    full = false;
    await add(3000);
    expect(record.state()).toMatchObject({ trouble: null, lostPieces: 1, from: 1000, to: 3000 });
    const { entries } = await recordings.range('s1', 0, 10_000);
    expect(entries.map(({ at }) => at)).toEqual([1000, 3000]);
  });

  it('goes on in the same recording after an adoption', async () => {
    const first = recorder();
    first.add('tick', 1000, tick(1000));
    await first.flush();
    const second = recorder();
    second.add('tick', 9000, tick(9000));
    await second.flush();
    expect((await recordings.range('s1', 0, 10_000)).ticks.map(({ at }) => at)).toEqual([1000, 9000]);
    expect(second.state().from).toBe(1000);
  });
});

describe('Recordings', () => {
  it.each(['../..', 'none', '.'])('refuses %s', async (session) => {
    await expect((async () => recordings.range(session, 0, 1))()).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('refuses a range that no message could carry', async () => {
    await expect(recordings.range('s1', 0, 3_600_000)).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('makes room by removing the oldest, never the one that is kept', async () => {
    for (let index = 0; index < 25; index++) {
      const session = `r${index}`;
      const one = { ...about, session, startedAt: index };
      const record = new Recorder({ dir: recordings.folder(session), about: one });
      record.add('tick', 1000, tick(1000));
      await record.flush();
    }
    await recordings.prune('r0');
    const left = (await recordings.list(null)).map(({ session }) => session);
    expect(left).toHaveLength(20);
    expect(left.at(-1)).toBe('r0');
    expect(left[0]).toBe('r24');
  });
});

describe('makeReport', () => {
  it('tells a run from its recording alone', async () => {
    const record = recorder();
    for (let at = 1000; at <= 31_000; at += 250) record.add('tick', at, tick(at));
    record.add('entry', 5000, entry(5000, 'fault on'));
    record.add('settings', 1000, { node: 'client', settings: { rate: 1 } });
    record.add('settings', 2000, { node: 'client', settings: { rate: 2 } });
    const facts = { at: 31_000, guide: null, health: [], ledger: null, budget: null };
    record.add('facts', 31_000, facts);
    await record.flush();
    const report = await makeReport(recordings, 's1', null, 99_000);
    expect(report).toMatchObject({ about, from: 1000, to: 31_000, settings: { client: { rate: 2 } }, facts });
    expect(report.timeline).toEqual([entry(5000, 'fault on')]);
    const outcomes = report.charts.find(({ title }) => title === 'Requests by outcome');
    expect(outcomes?.witness).toBe('client');
    expect(outcomes?.lines[0]).toMatchObject({ label: '2xx', kind: 'good' });
    expect(outcomes?.lines[0]?.values.every((value) => value === 100)).toBe(true);
  });
});
