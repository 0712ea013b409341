import { fireEvent, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { PoliciesView } from '../../../../electron/contract/policies.ts';
import { changeOf, pretty } from '../../../../renderer/routes/route-text.ts';
import RoutesTab from '../../../../renderer/routes/RoutesTab.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { waitUntil } from '../../../support/wait.ts';
import { draw } from '../desk.ts';

const view: PoliciesView = {
  windowMs: 5000,
  proxies: [
    {
      proxy: 'proxy',
      routes: [
        {
          route: 'all',
          match: 'everything',
          does: '',
          total: 1000,
          perSecond: 100,
          p50Ms: 2,
          p99Ms: 12,
          outcomes: { '2xx': 100 },
          split: [
            { group: 'v1', weight: 95, total: 950, recent: 470 },
            { group: 'v2', weight: 5, total: 50, recent: 30 },
          ],
          mirror: null,
        },
      ],
      groups: [],
      unmatched: 3,
      limits: [
        {
          rule: 'search',
          words: '10 in 1 s',
          allowed: 50,
          refused: 7,
          allowedPerSecond: 10,
          refusedPerSecond: 1,
        },
      ],
      store: { reachable: false, failures: 4 },
      others: [],
      sides: {
        clients: { open: 10_000, openedPerSecond: 0 },
        requestsPerSecond: 300,
        underWay: 160,
        targets: [{ target: 'backend', open: 100, openedPerSecond: 0, idle: 3, queued: 60, limit: 100 }],
        own: [{ cause: 'refused', total: 12, perSecond: 2 }],
        hedges: { sent: 7, won: 5, overBudget: 0 },
      },
      explains: true,
      waf: [
        {
          rule: 'sql-union',
          where: 'query q',
          path: '/search',
          match: 'union select',
          score: 5,
          count: 12,
          blocked: 9,
          at: 0,
        },
      ],
      cache: {
        objects: 40,
        bytes: 240_000,
        stored: [{ url: '/shelf', of: '', ageMs: 61_000, leftMs: -1000, bytes: 6000, hits: 3 }],
      },
    },
  ],
  kinds: [
    {
      client: 'client',
      kind: 'api',
      perSecond: 60,
      byStatus: { '200': 300 },
      failed: 2,
      p50Ms: 5,
      p99Ms: 431,
      byServer: { 'backend-1': 300 },
    },
  ],
};

test('what is set and what was seen stand beside each other, with who counted', async () => {
  const host = fakeHost();
  host.publish('policies', view);
  draw(RoutesTab, {}, host);
  const row = await screen.findByTestId('route-all');
  expect(within(row).getByTestId('share-all-v2').textContent).toBe('6.0 %');
  expect(screen.getByText(/3 requests in all took no route/)).toBeTruthy();
  expect(screen.getByText('the shared store is gone', { exact: false })).toBeTruthy();
  expect(within(screen.getByTestId('kind-api')).getByText('431 ms')).toBeTruthy();
  expect(within(screen.getByTestId('kind-api')).getByText(/2 without an answer/)).toBeTruthy();
});

test('both sides of a proxy: many in front, few behind, some waiting, and what it said itself', async () => {
  const host = fakeHost();
  host.publish('policies', view);
  draw(RoutesTab, {}, host);
  const cells = (row: HTMLElement) => [...row.querySelectorAll('td')].map((cell) => cell.textContent);
  expect(cells(await screen.findByTestId('side-clients'))[0]).toBe('10000');
  expect(cells(screen.getByTestId('side-backend'))).toEqual(['100', '0', '97', '3', '100', '60']);
  expect(screen.getByTestId('hedges').textContent).toMatch(/7 sent,\s+5 first with an answer/);
  expect(screen.getByTestId('own-refused').textContent).toContain('502, the target refused the connection');
});

test('a proxy that is asked about a request shows it before and after, and why', async () => {
  const host = fakeHost();
  host.publish('policies', view);
  host.answer('request.explain', () => ({
    answer: null,
    send: {
      request: 'GET /whoami',
      host: 'proxy',
      headers: [['cookie', 'user=u1']],
      mayServe: ['backend-1'],
    },
    why: ['routing: v1: path /v1/* -> all'],
  }));
  draw(RoutesTab, {}, host);
  const field = await screen.findByRole('textbox', { name: 'Request line and headers' });
  const ask = screen.getByRole('button', { name: 'Ask proxy' });
  await fireEvent.input(field, { target: { value: 'GET /v1/whoami\nHost: proxy\nnonsense' } });
  await fireEvent.click(ask);
  expect((await screen.findByRole('alert')).textContent).toContain('Line 3');
  const text = 'GET /v1/whoami\nHost: proxy\nX-Internal-Token: hush\nCookie: user=u1';
  await fireEvent.input(field, { target: { value: text } });
  await fireEvent.click(ask);
  const linesOf = (name: string) =>
    within(screen.getByRole('region', { name }))
      .getAllByRole('listitem')
      .map((item) => `${item.className.split(' ')[0] ?? ''} ${item.textContent.trim()}`);
  await screen.findByText('routing: v1: path /v1/* -> all');
  expect(linesOf('What the client asks')[0]).toContain('gone');
  expect(linesOf('What the client asks')[1]).toContain('same');
  expect(linesOf('What the client asks')[2]).toMatch(/gone .*hush/);
  expect(linesOf('What backend-1 is asked')[0]).toMatch(/new .*GET \/whoami/);
  expect(linesOf('What backend-1 is asked')[2]).toMatch(/same .*user=u1/);
  expect(host.calls.find(({ name }) => name === 'request.explain')?.params).toEqual({
    node: 'proxy',
    method: 'GET',
    path: '/v1/whoami',
    host: 'proxy',
    headers: { 'X-Internal-Token': 'hush', Cookie: 'user=u1' },
  });
});

test('findings and stored answers are on screen, each with its figures', async () => {
  const host = fakeHost();
  host.publish('policies', view);
  draw(RoutesTab, {}, host);
  const cells = (row: HTMLElement) => [...row.querySelectorAll('td')].map((cell) => cell.textContent);
  expect(cells(await screen.findByTestId('waf-sql-union')).slice(0, 6)).toEqual([
    'query q',
    'union select',
    '/search',
    '5',
    '12',
    '9 blocked',
  ]);
  const stored = screen.getByRole('rowheader', { name: '/shelf' }).closest('tr');
  if (stored === null) throw new Error('no row of the cache');
  expect(cells(stored)).toEqual(['everybody', '61 s', 'stale for 1.0 s', '5.9 KiB', '3 times']);
});

test('a weight that is typed goes to the proxy as a change of that weight alone', async () => {
  const host = fakeHost();
  host.publish('policies', view);
  host.answer('node.set', () => null);
  draw(RoutesTab, {}, host);
  const field = await screen.findByRole('textbox', { name: 'Weight of v2 in route all' });
  await fireEvent.change(field, { target: { value: '25' } });
  await waitUntil(() => host.calls.some(({ name }) => name === 'node.set'));
  expect(host.calls.find(({ name }) => name === 'node.set')?.params).toEqual({
    node: 'proxy',
    settings: { routing: { routes: { all: { forward: { v2: 25 } } } } },
  });
  await fireEvent.change(field, { target: { value: 'many' } });
  expect((await screen.findByRole('alert')).textContent).toContain('not a weight');
});

test('an edit of a route becomes the smallest change, and what was taken out becomes null', () => {
  const before = { match: { path: '/a', hosts: [] }, forward: { v1: 1, v2: 0 }, mirror: null };
  expect(JSON.parse(pretty(before))).toEqual({ match: { path: '/a' }, forward: { v1: 1, v2: 0 } });
  expect(changeOf(before, { match: { path: '/a' }, forward: { v1: 1 }, mirror: { group: 'v2' } })).toEqual({
    forward: { v2: null },
    mirror: { group: 'v2' },
  });
});
