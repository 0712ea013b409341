import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { l4Algorithms } from '../../docker/protocol/balancer.ts';
import type { BalancerStats } from '../../docker/protocol/stats.ts';
import { adminOver } from '../support/admin-over.ts';
import { freePort } from '../support/backend.ts';
import { announced, digestOf, sendStream } from '../support/checked-streams.ts';
import { waitUntil } from '../support/wait.ts';
import { startEchoes } from './echoes.ts';
import type { Echoes } from './echoes.ts';

const root = resolve(import.meta.dirname, '..', '..');
const rate = 2000;
const burstMs = 100;
const sources = Array.from({ length: 8 }, (_, index) => `127.0.1.${index + 1}`);
/** One address holds 28,000 ports for a minute after their use: 470 connections a second to each target. */
const targetCount = 8;
const patienceMs = 30_000;
/** Beyond this the machine does not keep up, and more would measure the queue. */
const mostInFlight = 1000;
const growthBytes = 10 * 1024 * 1024;
const flapMs = 1500;

/** Mostly small, now and then more than any buffer on the way: nine in ten, nine in a hundred, one in a hundred. */
const sizes = [...Array<number>(90).fill(1000), ...Array<number>(9).fill(16_000), 300_000];

interface Tally {
  sent: number;
  whole: number;
  shed: number;
  /** Seconds in which a target was found out of service. */
  out: number;
  readonly lost: string[];
}

/**
 * The forwarder as a program of its own, for minutes: bursts of new connections from eight addresses, targets that come and go,
 * another algorithm each second. No byte may be lost, no socket kept, and memory must stay where it is.
 */
export async function soakL4(minutes: number, say: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-soak-l4-'));
  const checkPort = await freePort();
  const addresses = Array.from({ length: targetCount }, (_, index) => `127.0.2.${index + 1}`);
  const echoes = await startEchoes(addresses, checkPort);
  const forwarder = await startForwarder(folder, echoes, checkPort);
  try {
    const idleDescriptors = await forwarder.descriptors();
    const tally: Tally = { sent: 0, whole: 0, shed: 0, out: 0, lost: [] };
    const memory: number[] = [];
    const seconds = Math.round(minutes * 60);
    const began = Date.now();
    const chores = everySecond(async (second) => {
      await forwarder.patch({ algorithm: l4Algorithms[second % l4Algorithms.length] });
      const { process: own, targets } = await forwarder.stats();
      memory.push(own.rssBytes);
      if (Object.values(targets).some(({ state }) => state === 'unhealthy')) tally.out += 1;
      if (second % 2 === 0) void flap(echoes, (second / 2) % targetCount, tally);
      if (second % 30 === 29) say(words(tally, memory, (Date.now() - began) / 1000));
    });
    const inFlight = await load(forwarder.port, seconds, tally);
    await chores.stop();
    await waitUntil(() => inFlight() === 0, patienceMs + 10_000, 'the end of all streams');
    const achieved = tally.sent / ((Date.now() - began) / 1000);
    await Promise.all(echoes.places.map((_, index) => echoes.well(index, true)));
    const left = await settled(forwarder, echoes, idleDescriptors);
    const grown = growth(memory);
    say(words(tally, memory, seconds));
    say(
      `${Math.round(achieved)} streams a second; ${left}; memory grew by ${mebibytes(grown)} between its quarters`,
    );
    for (const problem of new Set(tally.lost)) say(`lost: ${problem}`);
    return tally.lost.length === 0 && tally.out > 0 && left === nothingLeft && grown <= growthBytes;
  } finally {
    await forwarder.stop();
    await echoes.end();
    await rm(folder, { recursive: true, force: true });
  }
}

const nothingLeft = 'no socket is left';

/** What is still open once nobody uses it any more; sockets close a moment after their last byte. */
async function settled(forwarder: Forwarder, echoes: Echoes, before: number): Promise<string> {
  const look = async () => {
    const { connections, targets } = await forwarder.stats();
    const held = Object.values(targets).reduce((sum, target) => sum + target.connections.open, 0);
    const echoing = await echoes.open();
    // A probe may be under way to each target at the moment of the look.
    const descriptors = Math.max(0, (await forwarder.descriptors()) - before - targetCount);
    return { open: connections.open, held, echoing, descriptors };
  };
  const isOver = ({ open, held, echoing, descriptors }: Awaited<ReturnType<typeof look>>) =>
    open + held + descriptors === 0 && echoing <= targetCount;
  const over = async () => isOver(await look());
  return await waitUntil(over, 20_000).then(
    () => nothingLeft,
    async () => `left: ${JSON.stringify(await look())}`,
  );
}

/** Bursts by the clock; what the machine cannot take at all is shed, and counted. */
async function load(port: number, seconds: number, tally: Tally): Promise<() => number> {
  const payloads = sizes.map(announced).map((payload) => ({ payload, digest: digestOf(payload) }));
  let inFlight = 0;
  const one = async (index: number) => {
    const { payload, digest } = payloads[index % payloads.length] ?? { payload: Buffer.alloc(0), digest: '' };
    const source = sources[index % sources.length] ?? '127.0.1.1';
    tally.sent += 1;
    inFlight += 1;
    const to = { address: '127.0.0.1', port };
    const problem = await sendStream({
      source,
      to,
      payload,
      digest,
      closesFirst: index % 10 === 0,
      withinMs: patienceMs,
    });
    inFlight -= 1;
    if (problem === null) tally.whole += 1;
    else tally.lost.push(problem);
  };
  const perBurst = (rate * burstMs) / 1000;
  const began = Date.now();
  for (let burst = 0; burst < (seconds * 1000) / burstMs; burst++) {
    const wait = began + burst * burstMs - Date.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    for (let each = 0; each < perBurst; each++) {
      if (inFlight < mostInFlight) void one(burst * perBurst + each);
      else tally.shed += 1;
    }
  }
  return () => inFlight;
}

/** Its check fails for a while: it leaves and comes back, and the streams that it has go on. */
async function flap(echoes: Echoes, index: number, tally: Tally): Promise<void> {
  await echoes.well(index, false);
  await new Promise((done) => setTimeout(done, flapMs));
  await echoes
    .well(index, true)
    .catch((error: unknown) => tally.lost.push(`a port did not open again: ${String(error)}`));
}

/** The next chore only once the last is done, however long it took. */
function everySecond(chore: (second: number) => Promise<void>): { stop(): Promise<void> } {
  const controller = new AbortController();
  const { signal } = controller;
  const all = (async () => {
    for (let second = 0; ; second++) {
      await new Promise((done) => setTimeout(done, 1000));
      if (signal.aborted) return;
      await chore(second);
    }
  })();
  // Whoever stops it hears what went wrong.
  all.catch(() => undefined);
  return {
    async stop() {
      controller.abort();
      await all;
    },
  };
}

type Forwarder = Awaited<ReturnType<typeof startForwarder>>;

async function startForwarder(folder: string, { places }: Echoes, checkPort: number) {
  const admin = join(folder, 'l4.sock');
  const port = await freePort();
  const config = {
    role: 'l4',
    node: 'balancer',
    admin,
    listen: { address: '127.0.0.1', port },
    settings: {
      targets: places.map(({ address, port: at }, index) => ({ id: `t${index + 1}`, address, port: at })),
      healthCheck: {
        protocol: 'tcp',
        port: checkPort,
        intervalMs: 500,
        timeoutMs: 500,
        unhealthyThreshold: 2,
        healthyThreshold: 2,
      },
      // A target that leaves keeps what it has; else its streams were not lost but cut.
      whenUnhealthy: 'keep',
      connectRetries: 2,
    },
  };
  const program = join(root, 'docker', 'l4', 'main.ts');
  // As the embedded engine starts it: V8 would otherwise take what it can have.
  const child = spawn(process.execPath, ['--max-heap-size=96', program], {
    env: { ...process.env, BLINDSPOT_CONFIG: JSON.stringify(config) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const api = await waitUntil(async () => await call(admin), 20_000, 'the forwarder');
  return {
    port,
    stats: async () => (await api.get('/stats')) as BalancerStats,
    patch: (settings: object) => api.patch('/settings', settings),
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    async stop() {
      api.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function call(path: string): Promise<ReturnType<typeof adminOver> | null> {
  const socket = connect(path);
  const opened = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  return opened ? adminOver(socket) : null;
}

/** Between the medians of the second and of the last quarter: the first is the program warming up. */
function growth(memory: readonly number[]): number {
  const quarter = Math.floor(memory.length / 4);
  return median(memory.slice(3 * quarter)) - median(memory.slice(quarter, 2 * quarter));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function words({ sent, whole, shed, out, lost }: Tally, memory: readonly number[], seconds: number): string {
  const now = memory.at(-1) ?? 0;
  return `l4: ${Math.round(seconds)} s, ${sent} streams, ${whole} whole, ${lost.length} lost, ${shed} shed, ${out} s with a target out; ${mebibytes(now)}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
