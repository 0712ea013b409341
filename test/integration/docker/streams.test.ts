import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogLine } from '../../../electron/contract/measure.ts';
import type { Allocation, Engine, EngineEvent } from '../../../electron/host/engine/engine.ts';
import { adminOver } from '../../support/admin-over.ts';
import {
  adminSocket,
  backendSpec,
  dockerEngine,
  dockerNote,
  newSession,
  port,
  runAt,
  sessionSpec,
  withDocker,
} from '../../support/docker-engine.ts';
import { waitUntil } from '../../support/wait.ts';

const names = ['backend-1', 'backend-2', 'router', 'broken'];
const rules = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 9999 -j DROP
COMMIT
`;

describe.skipIf(!withDocker)(`streams to nodes ${dockerNote}`, () => {
  const session = newSession();
  const events: EngineEvent[] = [];
  let engine: Engine;
  let allocation: Allocation;

  beforeAll(async () => {
    engine = await dockerEngine();
    allocation = await engine.allocate(session, names, Object.fromEntries(names.map((n) => [n, port])));
    await engine.watch((event) => events.push(event));
    const nodes = [
      backendSpec(allocation, 'backend-1'),
      backendSpec(allocation, 'backend-2'),
      backendSpec(allocation, 'router', {
        netfilter: { tool: 'iptables-restore', rules },
        capabilities: ['NET_ADMIN', 'NET_RAW'],
      }),
      backendSpec(allocation, 'broken', { config: '{"role":"backend","node":"broken","admin":""}' }),
    ];
    await engine.up(
      sessionSpec(session, allocation, names.length),
      nodes,
      () => undefined,
      new AbortController().signal,
    );
  });

  afterAll(async () => {
    await engine.remove(session);
    await engine.dispose();
  });

  const mine = (kind: EngineEvent['kind'], node: string) =>
    events.filter(
      (event) => event.kind === kind && 'node' in event && event.session === session && event.node === node,
    );
  const processes = async (pattern: string) => {
    const { output } = await runAt(engine, session, 'backend-1', ['pgrep', '-fc', pattern]);
    return Number(output.trim());
  };

  it('speaks the admin API over one held stream', async () => {
    const admin = adminOver(await engine.control(session, 'backend-1'));
    expect(await admin.get('/')).toMatchObject({ node: 'backend-1', role: 'backend' });
    const many = await Promise.all(Array.from({ length: 50 }, () => admin.get('/stats')));
    expect(many).toHaveLength(50);
    admin.close();
    await waitUntil(async () => (await processes('^nc -N -U')) === 0, 20_000, 'no nc left');
  });

  it('leaves nothing of a control stream 2 s after the host was killed', async () => {
    const script = join(import.meta.dirname, 'doomed-host.ts');
    const host = spawn(process.execPath, [script, session, 'backend-1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(host.stdout, 'data');
    expect(await processes('^nc -N -U')).toBe(2);
    host.kill('SIGKILL');
    const killed = Date.now();
    await waitUntil(async () => (await processes('^nc -N -U')) === 0, 20_000, 'no nc left');
    // Looking takes an exec of its own, so the look may come later than the end it finds.
    expect(Date.now() - killed).toBeLessThan(4000);
  });

  it('runs a command without a terminal: both outputs, exit code, characters whole', async () => {
    const { output, code } = await runAt(engine, session, 'backend-1', [
      'bash',
      '-lc',
      'echo näive €; echo wrong >&2; exit 7',
    ]);
    expect(output).toContain('näive €\n');
    expect(output).toContain('wrong\n');
    expect(code).toBe(7);
    const long = await runAt(engine, session, 'backend-1', ['bash', '-c', 'printf "€%.0s" {1..100000}']);
    expect(long.output).toBe('€'.repeat(100_000));
  });

  it('has `ctl` on every node’s path', async () => {
    const { output, code } = await runAt(engine, session, 'backend-1', ['bash', '-lc', 'ctl stats']);
    expect(output).toContain('backend-1');
    expect(code).toBe(0);
  });

  it('opens a shell that knows its size and its name, and resizes', async () => {
    const handle = await engine.exec(session, 'backend-1', { command: [], tty: { cols: 91, rows: 31 } });
    let screen = '';
    handle.onText((text) => (screen += text));
    await waitUntil(() => screen.includes('backend-1'), 20_000, 'a prompt with the name');
    expect(screen).toContain('backend, test');
    handle.write('stty size\r');
    await waitUntil(() => screen.includes('31 91'), 20_000, 'the size it was opened with');
    await handle.resize(120, 40);
    handle.write('stty size\r');
    await waitUntil(() => screen.includes('40 120'), 20_000, 'the new size');
    handle.write(`curl -s --unix-socket ${adminSocket} http://x/ | head -c 300; echo; exit 3\r`);
    expect(await handle.exit).toBe(3);
    expect(screen).toContain('"node":"backend-1"');
  });

  it('ends what a closed terminal was running', async () => {
    const handle = await engine.exec(session, 'backend-1', { command: [], tty: { cols: 80, rows: 24 } });
    handle.onText(() => undefined);
    handle.write('sleep 1111 & (trap "" HUP; sleep 2222)\r');
    await waitUntil(async () => (await processes('^sleep (1111|2222)')) === 2, 20_000, 'two sleeps');
    handle.close();
    await waitUntil(async () => (await processes('^sleep (1111|2222)')) === 0, 20_000, 'no sleep left');
    expect(await processes('^bash')).toBe(0);
  });

  it('refuses a terminal to a node that is gone or stopped, and says what to do', async () => {
    const spec = { command: [], tty: { cols: 80, rows: 24 } };
    await expect(engine.exec(session, 'nobody', spec)).rejects.toMatchObject({ code: 'terminal-failed' });
    await engine.power(session, 'backend-2', 'kill');
    await expect(engine.exec(session, 'backend-2', spec)).rejects.toMatchObject({
      code: 'terminal-failed',
      message: 'backend-2 is not running: it ended with exit code 137.',
      next: 'Start the node first.',
    });
    await expect(engine.control(session, 'backend-2')).rejects.toMatchObject({ code: 'node-not-running' });
    await engine.power(session, 'backend-2', 'start');
  });

  it('follows a log over a restart without losing or doubling a line', async () => {
    const lines: LogLine[] = [];
    await runAt(engine, session, 'backend-1', ['bash', '-c', 'echo first > /proc/1/fd/1']);
    const stop = await engine.logs(session, 'backend-1', (line) => lines.push(line));
    const texts = () => lines.map(({ text }) => text);
    await waitUntil(() => texts().includes('first'), 20_000, 'what was said before');
    await runAt(engine, session, 'backend-1', ['bash', '-c', 'echo "zwei €" > /proc/1/fd/2']);
    await waitUntil(() => texts().includes('zwei €'), 20_000, 'what is said now');
    expect(lines.find(({ text }) => text === 'zwei €')).toMatchObject({ stream: 'stderr' });
    await engine.power(session, 'backend-1', 'restart');
    await runAt(engine, session, 'backend-1', ['bash', '-c', 'echo third > /proc/1/fd/1']);
    await waitUntil(() => texts().includes('third'), 20_000, 'what is said after the restart');
    expect(texts().filter((text) => text === 'first' || text === 'zwei €')).toEqual(['first', 'zwei €']);
    stop();
  });

  it('tells starts and ends as they happen, and why a program ended', async () => {
    await waitUntil(() => mine('node-down', 'broken').length > 0, 20_000, 'the end of the broken node');
    expect(mine('node-down', 'broken')[0]).toMatchObject({
      detail: expect.stringMatching(/^exit code 2: \S/) as unknown,
    });
    const before = mine('node-down', 'backend-2').length;
    await engine.power(session, 'backend-2', 'pause');
    await waitUntil(() => mine('node-down', 'backend-2').length === before + 1, 20_000, 'the pause');
    await engine.power(session, 'backend-2', 'resume');
    await engine.power(session, 'backend-2', 'stop');
    await waitUntil(() => mine('node-down', 'backend-2').length === before + 2, 20_000, 'the stop');
    expect(mine('node-down', 'backend-2').at(-1)).toMatchObject({ detail: 'ended by itself' });
    // What is so already is no error.
    await engine.power(session, 'backend-2', 'stop');
    await engine.power(session, 'backend-2', 'start');
    await engine.power(session, 'backend-2', 'start');
  });

  it('applies kernel rules by a helper that is gone afterwards, and again after a restart', async () => {
    const list = async () =>
      (await runAt(engine, session, 'router', ['iptables', '-S', 'INPUT'])).output.split('\n');
    expect(await list()).toContain('-A INPUT -p tcp -m tcp --dport 9999 -j DROP');
    await engine.power(session, 'router', 'restart');
    expect(await list()).toContain('-A INPUT -p tcp -m tcp --dport 9999 -j DROP');
    const plain = await runAt(engine, session, 'backend-1', ['iptables', '-S', 'INPUT']);
    expect(plain.code).not.toBe(0);
    const found = (await engine.found()).find((one) => one.session === session);
    expect(found?.present.map(({ name }) => name).sort()).toEqual([...names].sort());
  });
});
