import { describe, expect, it } from 'vitest';
import { validateLab } from '../../../../../electron/host/lab/catalogue.ts';
import { labOnDisk, readmeLab } from '../../../../support/lab-on-disk.ts';

/** The smallest lab, where the balancer returns directly by an address that its backends carry, with one thing changed. */
async function problems(from = '', to = '') {
  const text = await readmeLab();
  const lab = text.lab
    .replace('minutes: 3', 'minutes: 3\nneeds: [docker, kernel]')
    .replace(
      'balancer: { role: l4, settings: { targets: backend } }',
      'balancer: { role: l4, network: { virtual: true }, settings: { targets: backend, plane: dsr, algorithm: flow-hash } }',
    )
    .replace('count: 2 }', 'count: 2, network: { carries: balancer } }');
  expect(lab).toContain('carries: balancer');
  expect(lab).toContain(from);
  const found = await validateLab(await labOnDisk('90-half-broken', { ...text, lab: lab.replace(from, to) }));
  return found.map(({ message, expected }) => `${message}; expected ${expected}`);
}

describe('a network in a lab', () => {
  it('may be shared, carried, and answered through', async () => {
    expect(await problems()).toEqual([]);
  });

  it('carries addresses of nodes that there are, and that share one', async () => {
    expect(await problems('carries: balancer', 'carries: [balancer, balancr]')).toEqual([
      expect.stringContaining('there is no node "balancr"'),
    ]);
    expect(await problems('carries: balancer', 'carries: client')).toEqual([
      '"client" shares no address that could be carried; expected a group that has one: balancer',
    ]);
  });

  it('sends answers through a node that passes packets on', async () => {
    expect(await problems('carries: balancer', 'carries: balancer, repliesVia: nobody')).toEqual([
      expect.stringContaining('there is no node "nobody"'),
    ]);
    expect(await problems('carries: balancer', 'carries: balancer, repliesVia: balancer')).toEqual([
      expect.stringContaining('"balancer" passes no packets on'),
    ]);
  });

  it('needs containers with a kernel network, and says which node does', async () => {
    const found = await problems('needs: [docker, kernel]', 'needs: [docker]');
    expect(found).toEqual([
      expect.stringContaining('the data path dsr needs a container'),
      expect.stringContaining('what stands under `network` needs a container'),
    ]);
  });
});
