import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeSpec } from '../../../electron/host/engine/engine.ts';
import { marked, sessionMark } from '../../../electron/host/engine/local/marker.ts';
import { alive, identify } from '../../../electron/host/engine/local/process-identity.ts';
import type { ProcessIdentity } from '../../../electron/host/engine/local/process-identity.ts';
import type { SessionRecord } from '../../../electron/host/engine/local/session-record.ts';
import { makePlace } from '../../unit/electron/host/engine/local/lab.ts';
import type { Place } from '../../unit/electron/host/engine/local/lab.ts';
import { waitUntil } from '../../support/wait.ts';

const allowedMs = 5000;

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await place.clean();
});

it('kill -9 of the app leaves no process: not a stopped node, not a background job of a terminal', async () => {
  const { session, app, running, pids } = await startApp('linux');
  expect(running).toBe(3);
  expect(marked(sessionMark, session).length).toBeGreaterThanOrEqual(5);
  expect(marked(sessionMark, session)).toContain(pids[0]);
  process.kill(app, 'SIGKILL');
  await waitUntil(() => marked(sessionMark, session).length === 0, allowedMs, 'the end of every process');
  await sweeps(session);
});

it('the same by the watchdog alone, where the kernel does not help', async () => {
  const { session, app } = await startApp('darwin');
  const nodes = await processes(session);
  expect(await alive(nodes)).toHaveLength(3);
  process.kill(app, 'SIGKILL');
  await waitUntil(async () => (await alive(nodes)).length === 0, allowedMs, 'the end of every node');
  await sweeps(session);
});

it('the kernel ends nodes where the watchdog went with the app, and the next look finds the rest', async () => {
  const { session, app, pids } = await startApp('linux');
  const nodes = await processes(session);
  expect(await alive(nodes)).toHaveLength(3);
  process.kill(await watchdogOf(app), 'SIGKILL');
  process.kill(app, 'SIGKILL');
  await waitUntil(async () => (await alive(nodes)).length === 0, allowedMs, 'the end of every node');
  // No watchdog, no SIGKILL: a job under nohup outlives its terminal, until someone looks.
  expect(marked(sessionMark, session)).toEqual(pids);
  await sweeps(session);
  expect(marked(sessionMark, session)).toEqual([]);
});

it('the next start ends what was missed, and only that', async () => {
  const { session, app } = await startApp('darwin');
  const nodes = await processes(session);
  // A stopped watchdog stands for one that was killed together with the app.
  const dog = await watchdogOf(app);
  process.kill(dog, 'SIGKILL');
  process.kill(app, 'SIGKILL');
  const [spec, own] = await place.session(['backend-1']);
  await place.engine.up(spec, own, () => undefined, new AbortController().signal);
  expect(await alive(nodes)).toEqual([]);
  expect((await place.engine.found()).map((found) => [found.session, found.running])).toEqual([
    [spec.session, 1],
  ]);
  expect(await readdir(join(place.dir, 'state', 'local'))).not.toContain(`${session}.json`);
});

async function sweeps(session: string): Promise<void> {
  expect(await place.engine.found()).toEqual([]);
  expect(await readdir(join(place.dir, 'state', 'local'))).not.toContain(session);
}

async function startApp(platform: string) {
  const script = join(import.meta.dirname, 'doomed-app.ts');
  const app = spawn(
    process.execPath,
    [script, join(place.dir, 'state'), join(place.dir, 'programs'), platform],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface({ input: app.stdout })) {
    const said = JSON.parse(line) as { session: string; pids: number[]; running: number; nodes: NodeSpec[] };
    if (app.pid !== undefined) return { ...said, app: app.pid };
  }
  throw new Error('the app ended before its lab was up');
}

async function processes(session: string): Promise<readonly ProcessIdentity[]> {
  const file = join(place.dir, 'state', 'local', `${session}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as SessionRecord;
  const found = record.nodes.map((node) => node.process).filter((process) => process !== null);
  // The record's times come from ps here, as on macOS; /proc names the same processes in its own way.
  return Promise.all(found.map(({ pid }) => named(pid)));
}

async function named(pid: number): Promise<ProcessIdentity> {
  const identity = await identify(pid);
  if (identity === null) throw new Error(`process ${pid} is gone`);
  return identity;
}

async function watchdogOf(app: number): Promise<number> {
  const children = await readFile(`/proc/${app}/task/${app}/children`, 'utf8');
  for (const pid of children.trim().split(' ')) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes('blindspot-watchdog')) return Number(pid);
  }
  throw new Error('the app has no watchdog');
}
