import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventHub } from '../../../../../../electron/host/engine/docker/events.ts';
import type { EventHub } from '../../../../../../electron/host/engine/docker/events.ts';
import type { EngineEvent } from '../../../../../../electron/host/engine/engine.ts';
import { waitUntil } from '../../../../../support/wait.ts';

let folder: string;
let server: Server;
let streams: ServerResponse[];
let hub: EventHub;

/** Docker's event stream as far as the hub reads it, on a socket that can go away and come back. */
async function startEngine(): Promise<void> {
  streams = [];
  server = createServer((request, response) => {
    if (request.url?.startsWith('/events') !== true) {
      response.end('{}');
      return;
    }
    response.flushHeaders();
    streams.push(response);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'd.sock'), resolve));
}

function stopEngine(): void {
  server.close();
  server.closeAllConnections();
}

function say(action: string, nano: number, more: Record<string, string> = {}): void {
  const attributes = { 'blindspot.session': 's', 'blindspot.node': 'a', ...more };
  const event = { Action: action, timeNano: nano, Actor: { ID: 'x', Attributes: attributes } };
  streams.at(-1)?.write(`${JSON.stringify(event)}\n`);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-'));
  await startEngine();
  const docker = new Docker({ host: undefined, socketPath: join(folder, 'd.sock') });
  hub = createEventHub(() => Promise.resolve(docker));
});
afterEach(async () => {
  hub.close();
  stopEngine();
  await rm(folder, { recursive: true, force: true });
});

describe('the event hub', () => {
  it('turns container events into node events, in the engine’s own time', async () => {
    const seen: EngineEvent[] = [];
    await hub.subscribe((event) => seen.push(event));
    say('start', 5_000_000_000);
    say('die', 6_000_000_000, { exitCode: '0' });
    say('start', 6_500_000_000, { 'blindspot.node': 'b' });
    await waitUntil(() => seen.length === 3);
    expect(seen).toEqual([
      { kind: 'node-up', session: 's', node: 'a', at: 5000, detail: 'started' },
      { kind: 'node-down', session: 's', node: 'a', at: 6000, detail: 'ended by itself' },
      { kind: 'node-up', session: 's', node: 'b', at: 6500, detail: 'started' },
    ]);
  });

  it('tells when the engine is lost and when it is back, and repeats nothing', async () => {
    const seen: EngineEvent[] = [];
    await hub.subscribe((event) => seen.push(event));
    say('start', 5_000_000_000);
    await waitUntil(() => seen.length === 1);
    stopEngine();
    await waitUntil(() => seen.length === 2);
    expect(seen[1]).toMatchObject({ kind: 'engine-lost' });
    await startEngine();
    await waitUntil(() => seen.length === 3);
    expect(seen[2]).toMatchObject({ kind: 'engine-back' });
    // Asked for what was since the last one, the engine begins with that one.
    say('start', 5_000_000_000);
    say('pause', 7_000_000_000);
    await waitUntil(() => seen.length === 4);
    expect(seen[3]).toMatchObject({ kind: 'node-down', detail: 'paused' });
  });

  it('opens one stream for many listeners and closes it with the last', async () => {
    const stops = await Promise.all([hub.subscribe(() => undefined), hub.subscribe(() => undefined)]);
    expect(streams).toHaveLength(1);
    stops.forEach((stop) => stop());
    await waitUntil(() => streams[0]?.destroyed === true);
  });

  it('fails to a listener when no engine answers, and serves the next one that comes later', async () => {
    stopEngine();
    await expect(hub.subscribe(() => undefined)).rejects.toThrow();
    await startEngine();
    const seen: EngineEvent[] = [];
    await hub.subscribe((event) => seen.push(event));
    say('start', 1);
    await waitUntil(() => seen.length === 1);
  });
});
