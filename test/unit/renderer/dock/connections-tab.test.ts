import { screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import ConnectionsTab from '../../../../renderer/dock/ConnectionsTab.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { nodeSample, sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

const knows = (node: string) => ({ node, at: 1000, open: 0, rows: [], ended: [] });

test('shows the balancer that traffic is sent to, until a person chooses', async () => {
  const host = fakeHost();
  host.publish(
    'session',
    sessionSample({
      nodes: [nodeSample('balancer', { role: 'l4' }), nodeSample('rewriter', { role: 'l4' })],
      links: [{ from: 'client', to: 'rewriter', layer: 'l4' }],
    }),
  );
  host.publish('connections', { balancers: [knows('balancer'), knows('rewriter')] });
  draw(ConnectionsTab, {}, host);
  const choice = await screen.findByRole('combobox', { name: 'Balancer' });
  // One feed comes after the other.
  await waitFor(() => expect((choice as HTMLSelectElement).value).toBe('rewriter'));
});
