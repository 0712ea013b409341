import { expect, it } from 'vitest';
import { l4NodeSettings } from '../../../../../labs/nodes.ts';
import { routeLines } from '../../../../../electron/host/manifests/route-lines.ts';
import { forwarder, gateway, route, told } from './documents.ts';

const to = (...names: readonly string[]) =>
  `rules: [{ backendRefs: [${names.map((one) => `{ ${one}, port: 443 }`).join(', ')}] }]`;

function settingsOf(text: string) {
  const found = forwarder(text);
  expect(told(found)).toEqual([]);
  return { ...l4NodeSettings.parse(found.settings), lines: routeLines(found.settings ?? {}) };
}

it('TLSRoutes pass TLS on by server name, names before wildcards', () => {
  const tls = gateway.replace('protocol: HTTP', 'protocol: TLS, tls: { mode: Passthrough }');
  const text =
    tls +
    route('TLSRoute', `hostnames: ["*.shop.test"], ${to('name: web')}`, 'any', 'v1alpha3') +
    route('TLSRoute', `hostnames: [api.shop.test], ${to('name: api')}`, 'own');
  const { serverNames, targets, algorithm, lines } = settingsOf(text);
  expect(serverNames.routes.map(({ names, targets: ids }) => [...names, ...ids])).toEqual([
    ['api.shop.test', 'api'],
    ['*.shop.test', 'web'],
  ]);
  expect(serverNames.otherwise).toEqual([]);
  expect(targets).toEqual([
    { to: 'web', weight: 1000 },
    { to: 'api', weight: 500 },
  ]);
  expect(algorithm).toBe('weighted-round-robin');
  expect(lines).toEqual(['api.shop.test -> api', '*.shop.test -> web']);
});

it('a TCPRoute has every connection; a Service’s weight is shared by its nodes', () => {
  const text =
    gateway.replace('HTTP', 'TCP') +
    route('TCPRoute', to('name: api, weight: 9', 'name: canary, weight: 1'), 'db', 'v1alpha2');
  const { serverNames, targets, lines } = settingsOf(text);
  expect(serverNames).toMatchObject({ routes: [], otherwise: null });
  expect(targets).toEqual([
    { to: 'api', weight: 1000 },
    { to: 'canary', weight: 222 },
  ]);
  expect(lines).toEqual(['every connection -> api, canary']);
});
