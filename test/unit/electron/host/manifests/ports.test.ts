import { describe, expect, it } from 'vitest';
import { l7NodeSettings } from '../../../../../labs/nodes.ts';
import { gateway, httpRoute, proxy, route, told } from './documents.ts';

const toWeb = 'rules: [{ backendRefs: [{ name: web, port: 80 }] }]';
const gatewayWith = (...listeners: readonly string[]) =>
  gateway.replace(
    '{ name: web, port: 8080, protocol: HTTP }',
    listeners.map((one) => `{ ${one} }`).join(', '),
  );
const http = 'name: http, port: 80, protocol: HTTP';
const https = 'name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] }';
const at = (section: string, text: string) =>
  text.replace('name: edge }]', `name: edge, sectionName: ${section} }]`);
const redirect = 'rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]';

function settingsOf(text: string, port: number | null = 8080) {
  const found = proxy(text, { port });
  expect(told(found)).toEqual([]);
  const { targets, tls, ports, pool, routing } = l7NodeSettings.parse(found.settings);
  return {
    targets,
    tls,
    ports,
    pool,
    routes: routing.routes,
    notes: found.notes.map(({ text: said }) => said),
  };
}

describe('a Gateway with more ports than one', () => {
  it('the plain one sends everybody to the other, whose routes are its own', () => {
    const text =
      gatewayWith(http, https) +
      at('http', httpRoute(redirect, 'up')) +
      at('https', httpRoute(toWeb, 'shop'));
    const { tls, ports, routes, notes } = settingsOf(text);
    // The node has a port of its own, by which everybody in the lab calls it.
    expect([tls.on, ports]).toEqual([false, [{ port: 443, tls: true }]]);
    expect(notes).toEqual(["port 80 is this node's own here, which is 8080"]);
    expect(routes['up-1']).toMatchObject({
      match: { ports: [8080] },
      redirect: { scheme: 'https', port: 443 },
    });
    expect(routes['shop-1']).toMatchObject({ match: { ports: [443] }, forward: { web: 1 } });
  });

  it('the own port is whichever is named by its number', () => {
    const { tls, ports, notes } = settingsOf(gatewayWith(http, https) + httpRoute(toWeb), 443);
    expect([tls.on, ports, notes]).toEqual([true, [{ port: 80, tls: false }], []]);
  });

  it('where nobody knows the node, its first port stands for itself', () => {
    const { ports, notes } = settingsOf(gatewayWith(http, https) + httpRoute(toWeb), null);
    expect([ports, notes]).toEqual([[{ port: 443, tls: true }], []]);
  });

  it('a route on all of them is one route, and says no port', () => {
    const { routes } = settingsOf(gatewayWith(http, https) + httpRoute(toWeb));
    expect(Object.keys(routes)).toEqual(['shop-1']);
    expect(routes['shop-1']?.match.ports).toEqual([]);
  });

  it('names that differ by port make a route for each', () => {
    const named = [`${http}, hostname: a.test`, `${https.replace('443', '8443')}, hostname: b.test`];
    const { routes } = settingsOf(gatewayWith(...named) + httpRoute(toWeb));
    expect(Object.values(routes).map(({ match }) => [match.hosts, match.ports])).toEqual([
      [['a.test'], [8080]],
      [['b.test'], [8443]],
    ]);
  });

  it('a listener keeps its name to itself at its port, and nowhere else', () => {
    const named = [
      'name: a, port: 8080, protocol: HTTP, hostname: a.test',
      'name: any, port: 8080, protocol: HTTP',
      http,
    ];
    const text =
      gatewayWith(...named) +
      at('any', httpRoute(toWeb, 'any')) +
      at(
        'a',
        httpRoute(
          'rules: [{ matches: [{ path: { value: /a } }], backendRefs: [{ name: api, port: 80 }] }]',
          'own',
        ),
      );
    const { routes } = settingsOf(text);
    expect(routes['other-a-test-8080']).toMatchObject({
      match: { hosts: ['a.test'], ports: [8080] },
      respond: { status: 404 },
    });
    expect(Object.keys(routes)).toHaveLength(3);
  });

  it('nothing is left of ports that the next documents do not name', () => {
    expect(settingsOf(gateway + httpRoute(toWeb)).ports).toEqual([]);
  });
});

describe('who is spoken to how', () => {
  const calls = route(
    'GRPCRoute',
    'hostnames: [rpc.test], rules: [{ backendRefs: [{ name: api, port: 50051 }] }]',
    'rpc',
  );

  it('beside an HTTPRoute only what gRPC calls is spoken to by HTTP/2', () => {
    const { targets, pool } = settingsOf(gateway + httpRoute(`hostnames: [www.test], ${toWeb}`) + calls);
    expect([targets, pool.protocol]).toEqual([[{ to: 'api', protocol: 'http2' }, 'web'], 'http1']);
  });

  it('alone, everybody is', () => {
    const { targets, pool } = settingsOf(gateway + calls);
    expect([targets, pool.protocol]).toEqual([['api'], 'http2']);
  });

  it('two ports of one Service are one node, and that is said once', () => {
    const text = httpRoute(
      'rules: [{ backendRefs: [{ name: web, port: 80 }, { name: web, port: 9090 }] }, { backendRefs: [{ name: web, port: 81 }] }]',
    );
    const { notes } = settingsOf(gateway + text);
    expect(notes).toEqual(['ports 80 and 9090 of web are one here: a node listens where it listens']);
  });
});
