import { mkdtempSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '../../docker/backend/backend.ts';
import { startProgram } from '../../docker/lib/start-program.ts';
import type { RunningProgram } from '../../docker/lib/start-program.ts';
import { backendConfigSchema } from '../../docker/protocol/backend.ts';
import type { BackendConfig } from '../../docker/protocol/backend.ts';
import type { FaultName } from '../../docker/protocol/faults.ts';
import type { BackendStats } from '../../docker/protocol/stats.ts';

/** A backend on a real port of this process, and the calls that tests make to it. */
export interface TestBackend {
  readonly port: number;
  readonly adminPath: string;
  readonly running: RunningProgram;
  /** Exit codes that a fault asked for; this process lives on. */
  readonly exits: readonly number[];
  get(path: string, options?: GetOptions): Promise<Got>;
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  fault(name: FaultName, settings?: unknown, scope?: unknown): Promise<void>;
  heal(name: FaultName): Promise<void>;
  stats(): BackendStats;
  stop(): Promise<void>;
}

export interface GetOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: http.Agent;
  readonly timeoutMs?: number;
}

export interface Got {
  /** "200", "ECONNRESET", "truncated", "timeout", ... */
  readonly outcome: string;
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

export async function startTestBackend(config: Readonly<Record<string, unknown>> = {}): Promise<TestBackend> {
  const dir = mkdtempSync(join(tmpdir(), 'bs-be-'));
  const port = await freePort();
  const exits: number[] = [];
  const full: BackendConfig = backendConfigSchema.parse({
    role: 'backend',
    node: 'b1',
    admin: join(dir, 'a.sock'),
    listen: { address: '127.0.0.1', port },
    ...config,
  });
  const running = await startProgram(
    {
      role: 'backend',
      schema: backendConfigSchema,
      start: (parsed, context) => startBackend(parsed, context, (code) => exits.push(code)),
    },
    full,
  );

  const admin: TestBackend['admin'] = async (method, path, body) => {
    const got = await request({ socketPath: full.admin, method, path }, JSON.stringify(body), 10_000);
    return { status: got.status ?? 0, body: JSON.parse(got.text) as unknown };
  };
  const expectOk = async (answer: ReturnType<TestBackend['admin']>) => {
    const { status, body } = await answer;
    if (status !== 200) throw new Error(`admin answered ${status}: ${JSON.stringify(body)}`);
  };
  return {
    port,
    adminPath: full.admin,
    running,
    exits,
    get: (path, { method = 'GET', headers = {}, agent, timeoutMs = 15_000 } = {}) =>
      request(
        { host: '127.0.0.1', port, method, path, headers, agent: agent ?? false },
        undefined,
        timeoutMs,
      ),
    admin,
    fault: (name, settings = {}, scope = {}) =>
      expectOk(admin('PUT', `/faults/${name}`, { settings, scope })),
    heal: (name) => expectOk(admin('DELETE', `/faults/${name}`)),
    stats: () => running.program.stats({}) as BackendStats,
    async stop() {
      await running.stop('test over');
      rmSync(dir, { recursive: true });
    },
  };
}

function request(options: http.RequestOptions, body: string | undefined, timeoutMs: number): Promise<Got> {
  const begun = performance.now();
  return new Promise((resolve) => {
    let response: http.IncomingMessage | null = null;
    let text = '';
    const finish = (outcome: string) => {
      clearTimeout(timer);
      // A complete answer leaves its connection to the agent.
      if (response?.complete !== true) sent.destroy();
      const { statusCode: status = null, headers = {} } = response ?? {};
      resolve({ outcome, status, headers, text, json: parsed(text), ms: performance.now() - begun });
    };
    const failed = (error: NodeJS.ErrnoException) => finish(error.code ?? error.message);
    const timer = setTimeout(() => finish('timeout'), timeoutMs);
    const sent = http.request(options, (incoming) => {
      response = incoming;
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => finish(String(incoming.statusCode)));
      incoming.on('error', failed);
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
