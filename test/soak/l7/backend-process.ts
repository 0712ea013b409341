import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FaultName } from '../../../docker/protocol/faults.ts';
import { freePort } from '../../support/backend.ts';
import { waitUntil } from '../../support/wait.ts';

export interface BackendProcess {
  readonly port: number;
  fault(name: FaultName, settings: object): Promise<void>;
  heal(name: FaultName): Promise<void>;
  stop(): Promise<void>;
}

const main = resolve(import.meta.dirname, '..', '..', '..', 'docker', 'backend', 'main.ts');

/** The backend program in a process of its own: what it logs and holds is not this one's. */
export async function startBackendProcess(node: string): Promise<BackendProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'bs-sb-'));
  const admin = join(folder, 'a.sock');
  const port = await freePort();
  const file = join(folder, 'config.json');
  await writeFile(
    file,
    JSON.stringify({ role: 'backend', node, admin, listen: { address: '127.0.0.1', port } }),
  );
  const child = spawn(process.execPath, [main, '--config', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));

  const ask = (method: string, path: string, body?: object) =>
    new Promise<number>((done) => {
      const asked = request({ socketPath: admin, method, path }, (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode ?? 0));
      });
      asked.on('error', () => done(0));
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const must = async (answer: Promise<number>, what: string) => {
    const status = await answer;
    if (status !== 200) throw new Error(`${node} answered ${status} to ${what}`);
  };
  await waitUntil(async () => (await ask('GET', '/')) === 200, 20_000, `backend ${node}`);
  return {
    port,
    fault: (name, settings) => must(ask('PUT', `/faults/${name}`, { settings, scope: {} }), name),
    heal: (name) => must(ask('DELETE', `/faults/${name}`), `the end of ${name}`),
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
