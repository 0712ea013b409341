import { mkdtemp, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeLabels } from '../../../../../electron/host/engine/docker/labels.ts';
import { CertificateStore } from '../../../../../electron/host/lab/certificate-store.ts';
import { diff } from '../../../../../electron/host/lab/diff.ts';
import { plan } from '../../../../../electron/host/lab/plan.ts';
import type { Lab, LabNodes } from '../../../../../electron/host/lab/lab.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bs-cert-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const plain: LabNodes = {
  client: { role: 'client', settings: { to: 'site' } },
  site: { role: 'backend', settings: {} },
};
const secure: LabNodes = {
  ...plain,
  site: { role: 'backend', certificates: ['app.lab'], settings: { tls: { on: true } } },
};
const allocation = {
  networks: [],
  nodes: { client: { address: '10.0.0.2', port: 0 }, site: { address: '10.0.0.3', port: 8080 } },
};

function lab(nodes: LabNodes): Lab {
  const act = { id: 'one', needs: [], nodes: {}, begin: [], steps: [] };
  return { id: 'l', path: '', nodes, acts: [act], file: {}, guide: {}, solution: {} } as unknown as Lab;
}

describe('certificates of a session', () => {
  test('a lab that asks for none gets none, and no file', async () => {
    expect(await new CertificateStore(home).make('s', lab(plain), allocation)).toBeNull();
    expect(await readdir(home)).toEqual([]);
  });

  test('an app that comes later reads the same, so that adoption changes no node', async () => {
    const made = await new CertificateStore(home).make('s', lab(secure), allocation);
    const read = await new CertificateStore(home).load('s');
    const planned = (certificates: typeof made) =>
      plan(lab(secure), 0, { session: 's', allocation, scale: 1, certificates });
    expect(diff(planned(made), planned(read))).toEqual({ add: [], remove: [] });
    const other = await new CertificateStore(home).make('s', lab(secure), allocation);
    expect(diff(planned(made), planned(other)).remove).toEqual(['client', 'site']);
  });

  test('only its owner may read it, and it goes with the session, or when it is of no use to anybody', async () => {
    const store = new CertificateStore(home);
    await store.make('s', lab(secure), allocation);
    expect((await stat(join(home, 'certificates'))).mode & 0o777).toBe(0o700);
    await store.forget('s');
    expect(await store.load('s')).toBeNull();
    await store.make('old', lab(secure), allocation);
    await store.sweep();
    expect(await store.load('old')).not.toBeNull();
    const before = new Date(Date.now() - 8 * 24 * 3_600_000);
    await utimes(join(home, 'certificates', 'old.json'), before, before);
    await store.sweep();
    expect(await store.load('old')).toBeNull();
  });

  test('keys go to the node that shows them, to no other, and into no label', async () => {
    const certificates = await new CertificateStore(home).make('s', lab(secure), allocation);
    const { nodes } = plan(lab(secure), 0, { session: 's', allocation, scale: 1, certificates });
    const config = (name: string) => nodes.find((node) => node.name === name)?.config ?? '';
    expect(config('site')).toContain('PRIVATE KEY');
    expect(config('client')).toContain('"authority"');
    expect(config('client')).not.toContain('PRIVATE KEY');
    expect(await readFile(join(home, 'certificates', 's.json'), 'utf8')).toContain('PRIVATE KEY');

    const session = { session: 's', lab: 'l', scale: 1, startedAt: 0, allocation, nodeCount: 2 };
    const [site] = nodes.filter((node) => node.name === 'site');
    if (site === undefined) throw new Error('no site');
    const labels = JSON.stringify(nodeLabels(session, site, { pid: 1, startedAt: 'x', host: 'h' } as never));
    expect(labels).toContain('BEGIN CERTIFICATE');
    expect(labels).not.toContain('PRIVATE KEY');
  });
});
