import { expect, it } from 'vitest';
import { fillSettings } from '../../../../../electron/host/lab/program-settings.ts';
import type { Resolve } from '../../../../../electron/host/lab/program-settings.ts';

const resolve: Resolve = (reference) =>
  reference === 'shop' ? ['shop-1', 'shop-2'].map((name) => ({ name, address: '10.0.0.1', port: 80 })) : [];

it('a route by server name that names a group means each of its members', () => {
  const settings = {
    serverNames: {
      peek: true,
      routes: [{ names: ['a.example'], targets: ['shop', 'other'] }],
      otherwise: ['shop'],
    },
  };
  expect(fillSettings('l4', settings, resolve)).toEqual({
    serverNames: {
      peek: true,
      routes: [{ names: ['a.example'], targets: ['shop-1', 'shop-2', 'other'] }],
      otherwise: ['shop-1', 'shop-2'],
    },
  });
});

it('a patch of one of its settings stays a patch, and null stays null', () => {
  expect(fillSettings('l4', { serverNames: { peek: false } }, resolve)).toEqual({
    serverNames: { peek: false },
  });
  expect(fillSettings('l4', { serverNames: { otherwise: null } }, resolve)).toEqual({
    serverNames: { otherwise: null },
  });
});
