import { expect, test } from 'vitest';
import type { AppState } from '../../../../electron/contract/app.ts';
import { connect } from '../../../../renderer/state/connection.svelte.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { appSample } from '../../../support/lab-samples.ts';

test('a cut channel is opened again, and subscriptions go on by themselves', async () => {
  const host = fakeHost();
  host.publish('app', appSample({ version: '1' }));
  const connection = connect(() => host.open());
  const seen: AppState[] = [];
  connection.subscribe('app', (value) => seen.push(value));
  await expect.poll(() => seen.at(-1)?.version).toBe('1');

  host.cut();
  await expect.poll(() => connection.phase).toBe('gone');
  await expect(connection.call('app.refresh', {})).rejects.toMatchObject({ code: 'channel-closed' });

  host.publish('app', appSample({ version: '2' }));
  await expect.poll(() => seen.at(-1)?.version, { timeout: 10_000 }).toBe('2');
  expect(connection.phase).toBe('open');
  connection.close();
});

test('what is asked before the channel is open waits for it', async () => {
  const host = fakeHost();
  host.answer('app.refresh', () => null);
  const connection = connect(() => host.open());
  await expect(connection.call('app.refresh', {})).resolves.toBeNull();
  connection.close();
});

test('the end of the last subscription reaches the host', async () => {
  const host = fakeHost();
  const connection = connect(() => host.open());
  const end = connection.subscribe('health', () => undefined);
  await expect.poll(() => host.subscribers('health')).toBe(1);
  end();
  await expect.poll(() => host.subscribers('health')).toBe(0);
  connection.close();
});
