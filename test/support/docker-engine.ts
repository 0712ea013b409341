import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { connect } from '../../electron/host/engine/docker/connect.ts';
import type { Connection } from '../../electron/host/engine/docker/connect.ts';
import { createDockerEngine } from '../../electron/host/engine/docker/docker-engine.ts';
import type { Allocation, Engine, NodeSpec, SessionSpec } from '../../electron/host/engine/engine.ts';

/** The real engine, or why there is none: tests that need it are skipped by that name, or fail where it is required. */
export const root = resolve(import.meta.dirname, '..', '..');

const result = await connect(process.env);
const found = 'docker' in result;
if (!found && process.env.BLINDSPOT_REQUIRE_DOCKER === '1') {
  throw new Error(`Docker is required here, and no engine answers: ${result.what} ${result.next}`);
}

export const withDocker = found;
/** For the name of a suite, so that a report shows what was not run and why. */
export const dockerNote = found ? `on ${result.name}` : `NOT RUN: ${result.what}`;

export function dockerConnection(): Connection {
  if (!('docker' in result)) throw new Error(result.what);
  return result;
}

export async function dockerEngine(): Promise<Engine> {
  const engine = createDockerEngine({ root, stateDir: mkdtempSync(join(tmpdir(), 'blindspot-test-')) });
  await engine.prepare(() => undefined, new AbortController().signal);
  return engine;
}

export function newSession(): string {
  return `test-${randomBytes(4).toString('hex')}`;
}

export function sessionSpec(session: string, allocation: Allocation, nodeCount: number): SessionSpec {
  return { session, lab: 'test', scale: 1, startedAt: Date.now(), allocation, nodeCount };
}

export const adminSocket = '/run/blindspot/admin.sock';
export const port = 8080;

export function nodeSpec(
  allocation: Allocation,
  name: string,
  role: string,
  config: Readonly<Record<string, unknown>>,
  more: Partial<NodeSpec> = {},
): NodeSpec {
  const address = allocation.nodes[name]?.address ?? '';
  return {
    name,
    role,
    address,
    port,
    config: JSON.stringify({ role, node: name, admin: adminSocket, ...config }),
    memoryMiB: 128,
    pids: 64,
    sysctls: {},
    netfilter: null,
    ...more,
  };
}

export function backendSpec(allocation: Allocation, name: string, more: Partial<NodeSpec> = {}): NodeSpec {
  const address = allocation.nodes[name]?.address ?? '';
  return nodeSpec(allocation, name, 'backend', { listen: { address, port } }, more);
}

/** What a command at a node prints, error output included, and how it ends. */
export async function runAt(
  engine: Engine,
  session: string,
  node: string,
  command: readonly string[],
): Promise<{ readonly output: string; readonly code: number | null }> {
  const handle = await engine.exec(session, node, { command, tty: null });
  let output = '';
  handle.onText((text) => {
    output += text;
  });
  const code = await handle.exit;
  return { output, code };
}
