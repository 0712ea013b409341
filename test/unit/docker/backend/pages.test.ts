import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
  await backend.admin('PATCH', '/settings', {
    pages: {
      '/': { cacheControl: 'max-age=60' },
      '/account': { cacheControl: 'private', vary: 'Cookie', personal: true },
    },
  });
});
afterEach(() => backend.stop());

it('makes another page for each user where the page is personal', async () => {
  const of = (cookie: string) => backend.get('/account/orders', { headers: { cookie } });
  expect((await of('theme=dark; user=anna')).json).toMatchObject({ for: 'anna' });
  expect((await of('user=ben')).json).toMatchObject({ for: 'ben' });
  expect((await backend.get('/account')).json).toMatchObject({ for: 'nobody' });
  expect((await backend.get('/shelf', { headers: { cookie: 'user=anna' } })).json).not.toHaveProperty('for');
});

it('tells whoever holds a page that it holds it', async () => {
  const held = (tag: string) => backend.get('/shelf', { headers: { 'if-none-match': tag } });
  expect((await held('W/"v1-all"')).outcome).toBe('304');
  expect((await held('W/"v0-all"')).outcome).toBe('200');
});
