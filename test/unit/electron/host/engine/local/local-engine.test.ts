import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, NodeSpec } from '../../../../../../electron/host/engine/engine.ts';
import { marked, sessionMark } from '../../../../../../electron/host/engine/local/marker.ts';
import { waitUntil } from '../../../../../support/wait.ts';
import { makePlace, never, nodeSpec } from './lab.ts';
import type { Place } from './lab.ts';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await place.clean();
});

const names = ['client-1', 'backend-1', 'backend-2'];
const ignore = (): void => undefined;

describe('up and remove', () => {
  it('brings nodes up side by side, each on its own address, and leaves nothing', async () => {
    const [spec, nodes] = await place.session(names);
    const up: string[] = [];
    await place.engine.up(spec, nodes, (name) => up.push(name), never);
    expect(up.sort()).toEqual([...names].sort());
    expect(await echo(nodes[1])).toBe('hello');
    expect(await echo(nodes[2])).toBe('hello');
    expect(new Set(nodes.map((node) => node.address)).size).toBe(3);
    const socket = await place.engine.control(spec.session, 'backend-1');
    socket.destroy();

    const before = marked(sessionMark, spec.session);
    expect(before.length).toBe(3);
    await place.engine.remove(spec.session);
    expect(marked(sessionMark, spec.session)).toEqual([]);
    expect(await readdir(join(place.dir, 'state', 'local'))).toEqual([]);
    await expect(echo(nodes[1])).rejects.toThrow('ECONNREFUSED');
    expect(await place.engine.found()).toEqual([]);
    await place.engine.remove(spec.session);
  });

  it('what is to go goes, whether or not that can be written down', async () => {
    const [spec, nodes] = await place.session(names);
    await place.engine.up(spec, nodes, ignore, never);
    // Where the record was there is a folder now, as on a full disk there is no room: writing it fails.
    const record = join(place.dir, 'state', 'local', `${spec.session}.json`);
    await rm(record);
    await mkdir(join(record, 'in the way'), { recursive: true });
    await place.engine.remove(spec.session, ['backend-1']);
    await expect(echo(nodes[1])).rejects.toThrow('ECONNREFUSED');
    await rm(record, { recursive: true });
    await place.engine.remove(spec.session);
    expect(marked(sessionMark, spec.session)).toEqual([]);
  });

  it('adds nodes to a session and removes named ones', async () => {
    const [spec, nodes] = await place.session(names);
    await place.engine.up(spec, nodes.slice(0, 2), ignore, never);
    await place.engine.up(spec, nodes.slice(2), ignore, never);
    expect(await echo(nodes[2])).toBe('hello');
    await place.engine.remove(spec.session, ['backend-1']);
    await expect(echo(nodes[1])).rejects.toThrow('ECONNREFUSED');
    expect(await echo(nodes[2])).toBe('hello');
    const [found] = await place.engine.found();
    expect(found?.present.map(({ name, running }) => [name, running])).toEqual([
      ['client-1', true],
      ['backend-2', true],
    ]);
    expect(found).toMatchObject({
      complete: true,
      running: 2,
      nodes: 3,
      heldBy: process.pid,
      lab: 'stub-lab',
    });
  });

  it('names a node that refuses its config, with what it said, and takes the others down', async () => {
    const [spec, nodes] = await place.session(names);
    const bad = nodeSpec('backend-3', undefined, { behave: 'reject' });
    await expect(place.engine.up(spec, [...nodes, bad], ignore, never)).rejects.toMatchObject({
      code: 'engine-failed',
      where: 'backend-3',
      message: expect.stringContaining('settings.rate: expected a number') as string,
    });
    expect(marked(sessionMark, spec.session)).toEqual([]);
    expect(await place.engine.found()).toEqual([]);
  });

  it('says so when another program took the port', async () => {
    const [spec, nodes] = await place.session(['backend-1']);
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(nodes[0]?.port, nodes[0]?.address, resolve));
    await expect(place.engine.up(spec, nodes, ignore, never)).rejects.toMatchObject({ code: 'port-in-use' });
    thief.close();
  });

  it('honours an abort and takes down what it had started', async () => {
    const [spec] = await place.session(['mute-1']);
    const abort = new AbortController();
    const mute = nodeSpec('mute-1', undefined, { behave: 'mute' });
    const up = place.engine.up(spec, [mute], ignore, abort.signal);
    await waitUntil(() => marked(sessionMark, spec.session).length > 0);
    abort.abort();
    await expect(up).rejects.toMatchObject({ code: 'cancelled' });
    expect(marked(sessionMark, spec.session)).toEqual([]);
  });

  it('refuses what only a container can have', async () => {
    const [spec, nodes] = await place.session(['backend-1']);
    const needy = nodes.map((node) => ({ ...node, sysctls: { 'net.ipv4.tcp_syncookies': '0' } }));
    await expect(place.engine.up(spec, needy, ignore, never)).rejects.toMatchObject({ code: 'lab-needs' });
  });

  it('gives up on a node that never answers, in its time', async () => {
    const hasty = await makePlace({ startDeadlineMs: 700 });
    const [spec] = await hasty.session(['mute-1']);
    const mute = nodeSpec('mute-1', undefined, { behave: 'mute' });
    await expect(hasty.engine.up(spec, [mute], ignore, never)).rejects.toMatchObject({ code: 'timeout' });
    await hasty.clean();
  });
});

describe('power and watch', () => {
  it('stops, starts, kills, restarts, pauses and resumes, and tells each as it happens', async () => {
    const [spec, nodes] = await place.session(['backend-1']);
    const events: string[] = [];
    await place.engine.watch((event) => events.push(text(event)));
    const power = (action: Parameters<typeof place.engine.power>[2]) =>
      place.engine.power(spec.session, 'backend-1', action);
    await place.engine.up(spec, nodes, ignore, never);
    await power('stop');
    await expect(place.engine.control(spec.session, 'backend-1')).rejects.toMatchObject({
      code: 'node-not-running',
    });
    await power('start');
    await power('kill');
    await power('start');
    await power('restart');
    expect(events).toEqual([
      'node-up',
      'node-down ended by SIGTERM',
      'node-up',
      'node-down ended by SIGKILL',
      'node-up',
      'node-down ended by SIGTERM',
      'node-up',
    ]);
    await power('pause');
    const answer = echo(nodes[0]);
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 150, 'silence'))]);
    expect(first).toBe('silence');
    await power('resume');
    expect(await answer).toBe('hello');
  });

  it('kills what does not heed SIGTERM', async () => {
    const patient = await makePlace({ stopGraceMs: 200 });
    const [spec] = await patient.session(['deaf-1']);
    const events: string[] = [];
    await patient.engine.watch((event) => events.push(text(event)));
    await patient.engine.up(spec, [nodeSpec('deaf-1', undefined, { behave: 'deaf' })], ignore, never);
    await patient.engine.power(spec.session, 'deaf-1', 'stop');
    expect(events.at(-1)).toBe('node-down ended by SIGKILL');
    await patient.clean();
  });

  it('kills a node that takes far more memory than the lab gives it, and says so in its log', async () => {
    const [spec] = await place.session(['greedy-1']);
    const events: string[] = [];
    const lines: string[] = [];
    await place.engine.watch((event) => events.push(text(event)));
    await place.engine.up(spec, [nodeSpec('greedy-1', undefined, { behave: 'greedy' })], ignore, never);
    await place.engine.logs(spec.session, 'greedy-1', (line) => lines.push(line.text));
    await waitUntil(() => events.includes('node-down ended by SIGKILL'));
    // How far it got between two looks is chance.
    expect(lines.at(-1)).toMatch(/^greedy-1 killed: it holds \d{3} MiB, over this engine's limit of 192 MiB/);
  });

  it('keeps the log over restarts and follows it', async () => {
    const [spec, nodes] = await place.session(['backend-1']);
    await place.engine.up(spec, nodes, ignore, never);
    const lines: string[] = [];
    const stop = await place.engine.logs(spec.session, 'backend-1', (line) => lines.push(line.text));
    await waitUntil(() => lines.some((line) => line.startsWith('up ')));
    expect(lines[0]).toBe('starting backend-1');
    await place.engine.power(spec.session, 'backend-1', 'restart');
    await waitUntil(() => lines.filter((line) => line.startsWith('up ')).length === 2);
    stop();
  });
});

describe('another process', () => {
  it('sees a session of a live owner, leaves it alone, and can take it down', async () => {
    const [spec, nodes] = await place.session(names);
    const events: string[] = [];
    await place.engine.watch((event) => events.push(text(event)));
    await place.engine.up(spec, nodes, ignore, never);
    const other = place.another();
    const [found] = await other.found();
    expect(found).toMatchObject({ session: spec.session, complete: true, running: 3, heldBy: process.pid });
    expect(await echo(nodes[1])).toBe('hello');
    await expect(other.control(spec.session, 'backend-1')).rejects.toMatchObject({ code: 'session-none' });
    await other.remove(spec.session);
    expect(marked(sessionMark, spec.session)).toEqual([]);
    expect(await other.found()).toEqual([]);
    await waitUntil(() => events.filter((event) => event.startsWith('node-down')).length === 3);
  });

  it('an engine that ends leaves the nodes of a later one in the same app alone', async () => {
    const earlier = await makePlace();
    const [before, first] = await earlier.session(['backend-1']);
    await earlier.engine.up(before, first, ignore, never);
    const watchdog = (await childrenNamed('blindspot-watchdog')).at(-1);
    const [spec, nodes] = await place.session(names);
    await place.engine.up(spec, nodes, ignore, never);
    await earlier.clean();
    await waitUntil(async () => !(await childrenNamed('blindspot-watchdog')).includes(watchdog ?? 0));
    expect((await place.engine.found())[0]?.running).toBe(3);
  });

  it('does not take a name that leads elsewhere for a session', async () => {
    await place.engine.remove('../../etc');
    await expect(place.engine.control('../x', 'y')).rejects.toMatchObject({ code: 'session-none' });
  });
});

describe('allocate', () => {
  it('says which port is taken for the whole machine', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '0.0.0.0', resolve));
    const { port } = holder.address() as { port: number };
    await expect(place.session(names, port)).rejects.toMatchObject({
      code: 'port-in-use',
      where: `port ${port}`,
    });
    holder.close();
  });

  it('uses one address and free ports where there is no loopback block', async () => {
    const plain = await makePlace({ platform: 'darwin' });
    const [spec, nodes] = await plain.session(names);
    expect(nodes.every((node) => node.address === '127.0.0.1')).toBe(true);
    expect(new Set(nodes.map((node) => node.port)).size).toBe(3);
    await plain.engine.up(spec, nodes, ignore, never);
    expect(await echo(nodes[2])).toBe('hello');
    expect((await plain.engine.found())[0]?.running).toBe(3);
    expect((await plain.engine.report()).capabilities).toEqual(['signals', 'shell']);
    await plain.engine.remove(spec.session);
    await expect(echo(nodes[2])).rejects.toThrow('ECONNREFUSED');
    await plain.clean();
  });
});

it('prepares by warming the compile cache once', async () => {
  const steps: string[] = [];
  await place.engine.prepare((step, detail) => steps.push(`${step}: ${detail}`), never);
  expect(steps.at(-1)).toBe('Programs: ready (stub)');
  expect(existsSync(join(place.dir, 'state', 'compile-cache', 'warm-stub'))).toBe(true);
});

/** Pids of this process's children with this word in their command line, oldest first. */
async function childrenNamed(word: string): Promise<readonly number[]> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  const pids = children
    .trim()
    .split(' ')
    .filter((pid) => pid !== '');
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => lines[index]?.includes(word)).map(Number);
}

function text(event: EngineEvent): string {
  return event.kind === 'node-down' ? `${event.kind} ${event.detail}` : event.kind;
}

function echo(node: NodeSpec | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(node?.port ?? 0, node?.address);
    socket.once('connect', () => socket.write('hello'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}
