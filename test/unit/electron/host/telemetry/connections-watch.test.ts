import { afterEach, expect, it } from 'vitest';
import { ConnectionsWatch } from '../../../../../electron/host/telemetry/connections-watch.ts';
import type { Json } from '../../../../../electron/contract/session.ts';
import { waitUntil } from '../../../../support/wait.ts';

const open: ConnectionsWatch[] = [];
afterEach(() => {
  for (const watch of open.splice(0)) watch.watch(false);
});

function rig(balancers: readonly string[]) {
  const asked: string[] = [];
  const source = {
    balancers: () => balancers,
    call: (node: string, path: string): Promise<Json> => {
      asked.push(`${node}${path}`);
      if (node === 'dead') return Promise.reject(new Error('gone'));
      return Promise.resolve({ open: 1, connections: [], next: null, ended: [] });
    },
  };
  let told = 0;
  const watch = new ConnectionsWatch(source, () => (told += 1));
  open.push(watch);
  return { asked, watch, told: () => told };
}

it('asks nobody while nobody looks, then at once, and shows only balancers that answer', async () => {
  const { asked, watch, told } = rig(['lb', 'dead']);
  expect(asked).toEqual([]);
  watch.watch(true);
  await waitUntil(() => told() > 0);
  expect(watch.present().balancers.map(({ node, open: count }) => [node, count])).toEqual([['lb', 1]]);
});

it('forgets what it showed when the last one looks away', async () => {
  const { watch, told } = rig(['lb']);
  watch.watch(true);
  await waitUntil(() => told() > 0);
  watch.watch(false);
  expect(watch.present().balancers).toEqual([]);
});

it('asks for the connection of one client, and knows nothing where nobody answers', async () => {
  const { asked, watch } = rig(['lb']);
  expect(await watch.of('lb', '10.0.0.2:51000')).toBeNull();
  expect(asked).toEqual(['lb/connections?client=10.0.0.2%3A51000']);
  expect(await watch.of('dead', '10.0.0.2:51000')).toBeNull();
});

it('reads a page of older rows', async () => {
  const { asked, watch } = rig(['lb']);
  expect(await watch.page('lb', 42)).toEqual({ open: 1, rows: [], next: null });
  expect(asked).toEqual(['lb/connections?limit=10000&before=42']);
});
