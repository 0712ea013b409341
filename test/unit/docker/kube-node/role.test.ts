import { request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeNodeRole } from '../../../../docker/kube-node/role.ts';
import { startProgram } from '../../../../docker/lib/start-program.ts';
import type { RunningProgram } from '../../../../docker/lib/start-program.ts';
import { kubeNodeConfigSchema } from '../../../../docker/protocol/kube-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-'));
const admin = join(folder, 'a.sock');
const settings = {
  service: 'shop/web:http',
  clusterAddress: '10.96.0.100',
  clusterPort: 80,
  nodePort: 30_080,
  endpoints: [{ name: 'backend-1', address: '10.9.0.4', port: 8080 }],
};

let program: RunningProgram;
beforeAll(async () => {
  const config = kubeNodeConfigSchema.parse({ role: 'kube-node', node: 'worker', admin, settings });
  program = await startProgram(kubeNodeRole, config);
});
afterAll(async () => {
  await program.stop('the test is over');
  rmSync(folder, { recursive: true, force: true });
});

function call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath: admin, method, path, headers: { 'content-type': 'application/json' } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('kube-node', () => {
  it('says what its kernel was given', async () => {
    expect(JSON.parse((await call('GET', '/settings')).text)).toEqual(settings);
    expect(JSON.parse((await call('GET', '/stats')).text)).toMatchObject({
      role: 'kube-node',
      process: { node: 'worker' },
    });
  });

  it('refuses a setting that its kernel would not follow', async () => {
    const { status, text } = await call('PATCH', '/settings', { endpoints: [] });
    expect(status).toBe(400);
    expect(text).toContain('only with a new node');
    expect(JSON.parse((await call('GET', '/settings')).text)).toEqual(settings);
  });
});
