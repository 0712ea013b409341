import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLab } from '../../../../../electron/host/lab/lab-folder.ts';
import type { LabNodes, Settings } from '../../../../../electron/host/lab/lab.ts';
import { manifestPatch } from '../../../../../electron/host/lab/manifests.ts';
import { mergeSettings } from '../../../../../electron/host/lab/merge.ts';
import { l7SettingsSchema } from '../../../../../docker/protocol/balancer.ts';
import { labOnDisk, readmeLab } from '../../../../support/lab-on-disk.ts';
import { gateway, httpRoute } from '../manifests/documents.ts';

const shop = gateway + httpRoute('rules: [{ backendRefs: [{ name: backend, port: 80 }] }]');

/** The smallest lab, with an L7 proxy that has its routes from a file. */
async function labWith(text: string, solution = 'apply, node: balancer, manifests: shop.yaml') {
  const words = await readmeLab();
  const lab = words.lab.replace('balancer: { role: l4,', 'balancer: { role: l7, manifests: shop.yaml,');
  const actions = words.solution.replace(/do: fault.*\}/, `do: ${solution} }`).replace(/ \}\s*\}$/, ' }');
  const folder = await labOnDisk('90-half-broken', { ...words, lab, solution: actions });
  await mkdir(join(folder, 'manifests'));
  await writeFile(join(folder, 'manifests', 'shop.yaml'), text);
  return await readLab(folder);
}

describe('a lab with a file of Kubernetes documents', () => {
  it('has a proxy with those routes', async () => {
    const { lab, problems } = await labWith(shop);
    expect(problems).toEqual([]);
    expect(lab?.nodes.balancer?.settings).toMatchObject({
      targets: ['backend'],
      routing: {
        groups: { backend: { targets: 'backend' } },
        routes: { 'shop-1': { forward: { backend: 1 } } },
      },
    });
  });

  it('is told of what is wrong in it, at its place', async () => {
    const { problems } = await labWith(shop.replace('name: backend', 'name: bakcend'));
    const [first] = problems;
    expect(first?.file.endsWith('manifests/shop.yaml')).toBe(true);
    expect(first).toMatchObject({ message: 'there is no node "bakcend"', suggestion: 'backend', line: 11 });
  });

  it('is told of a file that is not there', async () => {
    const { problems } = await labWith(shop, 'apply, node: balancer, manifests: shpo.yaml');
    expect(problems).toMatchObject([
      { message: 'there is no file in manifests "shpo.yaml"', suggestion: 'shop.yaml' },
    ]);
  });
});

describe('documents for a balancer that runs', () => {
  const nodes = {
    proxy: { role: 'l7', settings: {} },
    api: { role: 'backend', count: 2, settings: {} },
    web: { role: 'backend', settings: {} },
  } as LabNodes;
  const resolve = (name: string) =>
    (name === 'api' ? ['api-1', 'api-2'] : [name]).map((one) => ({
      name: one,
      address: '10.0.0.1',
      port: 8080,
    }));
  const apply = (text: string, present: Settings) =>
    manifestPatch(
      { name: 'd', text },
      { node: 'proxy', group: 'proxy', role: 'l7', nodes, resolve, present },
    );
  const after = (text: string, present: Settings) => {
    const { patch, outcome } = apply(text, present);
    expect(outcome.problems).toEqual([]);
    return l7SettingsSchema.parse(mergeSettings(present, patch ?? {})) as unknown as Settings;
  };
  const to = (name: string, as: string) =>
    gateway + httpRoute(`rules: [{ backendRefs: [{ name: ${name}, port: 80 }] }]`, as);

  it('take the place of what earlier ones said, and leave targets that are there', () => {
    const empty = l7SettingsSchema.parse({
      targets: [{ id: 'web', address: '10.0.0.1', port: 8080, weight: 7 }],
    });
    const first = after(to('web', 'old'), empty);
    const second = after(to('api', 'new'), first);
    expect(second).toMatchObject({ targets: [{ id: 'web', weight: 7 }, { id: 'api-1' }, { id: 'api-2' }] });
    expect(Object.keys((second.routing as { routes: object }).routes)).toEqual(['new-1']);
    expect(second.routing).toMatchObject({ groups: { api: { targets: ['api-1', 'api-2'] } } });
  });

  it('say what is spoken with targets that are there, and take it back', () => {
    const calls = `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: rpc }
spec: { parentRefs: [{ name: edge }], hostnames: [rpc.test], rules: [{ backendRefs: [{ name: api, port: 80 }] }] }
`;
    const empty = l7SettingsSchema.parse({
      targets: [{ id: 'api-1', address: '10.0.0.1', port: 8080, weight: 7 }],
    });
    const both =
      gateway + httpRoute('hostnames: [www.test], rules: [{ backendRefs: [{ name: web, port: 80 }] }]');
    const first = after(`${both}---\n${calls}`, empty);
    expect(first).toMatchObject({
      pool: { protocol: 'http1' },
      targets: [
        { id: 'api-1', weight: 7, protocol: 'http2' },
        { id: 'api-2', protocol: 'http2' },
        { id: 'web' },
      ],
    });
    const second = after(to('api', 'plain'), first);
    expect((second.targets as readonly Settings[]).map(({ protocol }) => protocol)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('change nothing where one of them is wrong', () => {
    const { patch, outcome } = apply(to('nobody', 'old'), {});
    expect(patch).toBeNull();
    expect(outcome.problems).toHaveLength(1);
  });

  it('are no backend’s business', () => {
    const { outcome } = manifestPatch(
      { name: 'd', text: shop },
      { node: 'web', group: 'web', role: 'backend', nodes, resolve, present: {} },
    );
    expect(outcome.problems).toMatchObject([{ message: 'a backend reads no Kubernetes documents' }]);
  });
});
