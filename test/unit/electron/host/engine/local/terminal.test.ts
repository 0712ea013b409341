import { createServer } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecHandle, NodeSpec, SessionSpec } from '../../../../../../electron/host/engine/engine.ts';
import { marked, sessionMark } from '../../../../../../electron/host/engine/local/marker.ts';
import { makeShellHome } from '../../../../../../electron/host/engine/local/shell-home.ts';
import { Shells } from '../../../../../../electron/host/engine/local/shells.ts';
import { waitUntil } from '../../../../../support/wait.ts';
import { makePlace, never } from './lab.ts';
import type { Place } from './lab.ts';

const size = { cols: 100, rows: 30 };

let place: Place;
let spec: SessionSpec;
let nodes: readonly NodeSpec[];

beforeAll(async () => {
  place = await makePlace();
  [spec, nodes] = await place.session(['client-1', 'backend-1']);
  await writeFile(
    join(place.dir, 'programs', 'ctl.mjs'),
    'console.log(process.env.BLINDSPOT_ADMIN, process.argv[2])',
  );
  await place.engine.up(spec, nodes, () => undefined, never);
});
afterAll(async () => {
  await place.clean();
});

describe('a command in a node’s place', () => {
  it('gives its output and status', async () => {
    expect(await run('client-1', ['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual(['out\nerr\n', 3]);
  });

  it('knows where it is, and has ctl and the pinned node, also in a login shell', async () => {
    const [text] = await run('client-1', [
      'bash',
      '-lc',
      'echo "$BLINDSPOT_NODE $BLINDSPOT_LAB"; ctl stats; node -v',
    ]);
    const [where, ctl, version] = text.split('\n');
    expect(where).toBe('client-1 stub-lab');
    expect(ctl).toMatch(/client-1\.sock stats$/);
    expect(version).toMatch(/^v24\./);
  });

  it('lets curl find other nodes by name, speaking from its own node’s address', async () => {
    const backend = nodes[1];
    const server = createServer((request, response) => {
      response.end(`${request.headers.host} from ${request.socket.remoteAddress}`);
    });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, backend?.address, () => resolve((server.address() as { port: number }).port));
    });
    const [text] = await run('client-1', ['sh', '-c', `curl -sS http://backend-1:${port}/`]);
    expect(text).toBe(`backend-1:${port} from ${nodes[0]?.address}`);
    server.close();
  });

  it('has a home that is not the person’s', async () => {
    const [text] = await run('client-1', ['sh', '-c', 'echo $HOME; pwd']);
    const [home, cwd] = text.split('\n');
    expect(home).not.toBe(homedir());
    expect(cwd).toBe(home);
  });

  it('ends when closed, with everything it started', async () => {
    const handle = await place.engine.exec(spec.session, 'client-1', {
      command: ['sh', '-c', 'sleep 300 | cat'],
      tty: null,
    });
    await waitUntil(() => marked(sessionMark, spec.session).length > nodes.length);
    handle.close();
    expect(await handle.exit).toBeNull();
    await waitUntil(() => marked(sessionMark, spec.session).length === nodes.length);
  });

  it('says so when there is no such command', async () => {
    const handle = await place.engine.exec(spec.session, 'client-1', {
      command: ['no-such-thing'],
      tty: null,
    });
    const reason = await new Promise<string>((resolve) => handle.onEnd(resolve));
    expect(reason).toMatch(/no-such-thing|127|ended with status/);
  });

  it('has no place at a node that does not run, or is not there', async () => {
    await place.engine.power(spec.session, 'backend-1', 'kill');
    const exec = (node: string) => place.engine.exec(spec.session, node, { command: [], tty: size });
    await expect(exec('backend-1')).rejects.toMatchObject({ code: 'terminal-failed', where: 'backend-1' });
    await expect(exec('backend-9')).rejects.toMatchObject({ code: 'not-found' });
    await place.engine.power(spec.session, 'backend-1', 'start');
  });
});

describe('a shell with a terminal', () => {
  it('says in its prompt which node it is, takes its size, and ends with exit', async () => {
    const { handle, seen } = await shell('backend-1');
    await waitUntil(() => seen().includes(`[backend-1 ${nodes[1]?.address}:8080] $ `));
    handle.write('stty size; tput colors\r');
    await waitUntil(() => seen().includes('30 100'));
    await handle.resize(120, 40);
    handle.write('stty size\r');
    await waitUntil(() => seen().includes('40 120'));
    handle.write('exit 4\r');
    expect(await handle.exit).toBe(4);
  });

  it('ends with its node, and says why', async () => {
    const { handle, seen } = await shell('backend-1');
    const ended = new Promise<string>((resolve) => handle.onEnd(resolve));
    await waitUntil(() => seen().includes('$ '));
    await place.engine.power(spec.session, 'backend-1', 'kill');
    expect(await ended).toBe('backend-1 has ended by SIGKILL, and its terminals with it.');
    await place.engine.power(spec.session, 'backend-1', 'start');
  });

  it('stops giving text while paused', async () => {
    const { handle, seen } = await shell('client-1');
    await waitUntil(() => seen().includes('$ '));
    handle.write('yes | head -c 3000000; echo the-"end"\r');
    await waitUntil(() => seen().length > 1000);
    handle.pause();
    const before = seen().length;
    // A whole command elsewhere passes meanwhile: time enough for three million characters that nothing holds back.
    await run('client-1', ['sh', '-c', 'yes | head -c 3000000 | wc -c']);
    expect(seen().length).toBe(before);
    handle.resume();
    await waitUntil(() => seen().includes('the-end'));
    handle.close();
    await handle.exit;
  });
});

describe('without a pseudo-terminal', () => {
  it('gives a plain shell that says so, and echoes what is typed', async () => {
    const dir = join(place.dir, 'plain');
    await mkdir(dir);
    const home = await makeShellHome({
      dir,
      lab: 'stub-lab',
      node: 'client-1',
      role: 'client',
      address: '127.0.0.1',
      admin: '/nowhere',
      nodes: [{ name: 'backend-1', address: '127.0.0.1', port: 4711, knownPort: 8080 }],
      ownAddress: false,
      nodePath: process.execPath,
      programs: dir,
      marks: {},
    });
    expect(await readFile(join(dir, 'client-1', '.curlrc'), 'utf8')).toBe(
      'noproxy = "*"\nconnect-to = "backend-1:8080:127.0.0.1:4711"\n',
    );
    const shells = new Shells({ bound: false, wrap: (command) => command }, () => Promise.resolve(null));
    const handle = await shells.exec('client-1', home, { command: [], tty: size });
    const seen = gather(handle);
    handle.write('echo sum=$((40+3\x7f2))\r');
    await waitUntil(() => seen().includes('sum=42\r\n'));
    expect(seen()).toMatch(/^No terminal support/);
    handle.write('sleep 300\r');
    handle.write('\x03');
    handle.write('exit 5\r');
    await waitUntil(() => seen().includes('exit 5'));
    handle.close();
    await handle.exit;
  });
});

async function run(node: string, command: readonly string[]): Promise<readonly [string, number | null]> {
  const handle = await place.engine.exec(spec.session, node, { command, tty: null });
  const seen = gather(handle);
  return [await handle.exit.then(seen), await handle.exit];
}

async function shell(node: string) {
  const handle = await place.engine.exec(spec.session, node, { command: [], tty: size });
  return { handle, seen: gather(handle) };
}

function gather(handle: ExecHandle): () => string {
  let seen = '';
  handle.onText((text) => {
    seen += text;
  });
  return () => seen;
}
