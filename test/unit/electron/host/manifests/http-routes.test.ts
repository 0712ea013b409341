import { describe, expect, it } from 'vitest';
import { createRouteTable } from '../../../../../docker/l7/policies/route-table.ts';
import { viewOf } from '../../../../../docker/l7/policies/request-view.ts';
import { routesSchema } from '../../../../../docker/protocol/l7/route.ts';
import { l7NodeSettings } from '../../../../../labs/nodes.ts';
import { routeLines } from '../../../../../electron/host/manifests/route-lines.ts';
import type { Translation } from '../../../../../electron/host/manifests/translate.ts';
import { gateway, httpRoute, proxy, route, told } from './documents.ts';

const toWeb = 'backendRefs: [{ name: web, port: 80 }]';
const toApi = 'backendRefs: [{ name: api, port: 80 }]';

function settingsOf(translation: Translation) {
  expect(told(translation)).toEqual([]);
  return l7NodeSettings.parse(translation.settings);
}

/** The route that a request takes, by the proxy's own table. */
function taken(
  translation: Translation,
  target: string,
  host = 'shop.test',
  more: Record<string, string> = {},
) {
  const { method = 'GET', port = '8080', ...headers } = more;
  const table = createRouteTable(routesSchema.parse(settingsOf(translation).routing.routes));
  const head = {
    method,
    scheme: 'http',
    authority: host,
    target,
    version: '1.1',
    fields: Object.entries(headers),
  } as const;
  return table.find(viewOf(head, '192.0.2.1', Number(port)))?.name ?? null;
}

describe('an HTTPRoute becomes routes of the proxy', () => {
  it('with its time limits', () => {
    const limited = (timeouts: string) => {
      const found = settingsOf(proxy(gateway + httpRoute(`rules: [{ ${timeouts}${toWeb} }]`)));
      return routesSchema.parse(found.routing.routes)['shop-1']?.timeouts;
    };
    const none = { requestMs: 0, tryMs: 0 };
    expect(limited('timeouts: { request: 1m30s, backendRequest: 500ms }, ')).toEqual({
      requestMs: 90_000,
      tryMs: 500,
    });
    expect(limited('timeouts: { backendRequest: 2s }, ')).toEqual({ requestMs: 0, tryMs: 2000 });
    expect(limited('timeouts: { request: 0s }, ')).toEqual(none);
    expect(limited('')).toEqual(none);
  });

  it('by path, method, header and query, in Gateway API’s order', () => {
    const text =
      gateway +
      httpRoute(`rules: [
        { name: all, ${toWeb} },
        { name: api, matches: [{ path: { value: /api } }], ${toApi} },
        { name: exact, matches: [{ path: { type: Exact, value: /api } }], ${toApi} },
        { name: put, matches: [{ path: { value: /api }, method: PUT }], ${toApi} },
        { name: flag, matches: [{ path: { value: /api }, headers: [{ name: X-Beta, value: "1" }] }], ${toApi} },
        { name: asked, matches: [{ path: { value: /api }, queryParams: [{ name: v, type: RegularExpression, value: "[0-9]+" }] }], ${toApi} }
      ]`);
    const found = proxy(text);
    expect(taken(found, '/')).toBe('shop-all');
    expect(taken(found, '/api')).toBe('shop-exact');
    expect(taken(found, '/api/x')).toBe('shop-api');
    expect(taken(found, '/apix')).toBe('shop-all');
    expect(taken(found, '/api/x', 'any', { method: 'PUT' })).toBe('shop-put');
    expect(taken(found, '/api/x', 'any', { 'x-beta': '1' })).toBe('shop-flag');
    expect(taken(found, '/api/x?v=12')).toBe('shop-asked');
    // A regular expression must fit the whole value.
    expect(taken(found, '/api/x?v=12a')).toBe('shop-api');
  });

  it('each match of a rule is one, and so is each of several documents', () => {
    const two = httpRoute(
      `rules: [{ matches: [{ path: { value: /a } }, { path: { type: RegularExpression, value: "/b/[0-9]+" } }], ${toWeb} }]`,
    );
    const found = proxy(gateway + two + httpRoute(`hostnames: [api.test], rules: [{ ${toApi} }]`, 'other'));
    expect(taken(found, '/a/1')).toBe('shop-1-1');
    expect(taken(found, '/b/12')).toBe('shop-1-2');
    expect(taken(found, '/b/12/c')).toBeNull();
    expect(taken(found, '/x', 'api.test')).toBe('other-1');
  });

  it('of two alike the older counts, then the first by name', () => {
    const young = httpRoute(`rules: [{ ${toWeb} }]`, 'b').replace(
      'name: b',
      'name: b, creationTimestamp: "2024-01-01T00:00:00Z"',
    );
    const old = httpRoute(`rules: [{ ${toApi} }]`, 'c').replace(
      'name: c',
      'name: c, creationTimestamp: "2023-01-01T00:00:00Z"',
    );
    expect(taken(proxy(gateway + young + old), '/')).toBe('c-1');
    const byName = httpRoute(`rules: [{ ${toWeb} }]`, 'b') + httpRoute(`rules: [{ ${toApi} }]`, 'a');
    expect(taken(proxy(gateway + byName), '/')).toBe('a-1');
  });

  it('weights, filters, mirror and redirect are the route’s own', () => {
    const text = httpRoute(`rules: [{ matches: [{ path: { value: /v1 } }], filters: [
        { type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: X-A, value: "1" }, { name: x-a, value: "2" }], add: [{ name: X-B, value: b }], remove: [X-C] } },
        { type: ResponseHeaderModifier, responseHeaderModifier: { remove: [Server] } },
        { type: URLRewrite, urlRewrite: { hostname: in.test, path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } },
        { type: RequestMirror, requestMirror: { backendRef: { name: canary, port: 80 }, fraction: { numerator: 1, denominator: 4 } } }
      ], backendRefs: [{ name: api, port: 80, weight: 9 }, { name: web, port: 80 }] },
      { matches: [{ path: { value: /old } }], filters: [{ type: RequestRedirect, requestRedirect: { scheme: https, statusCode: 301, path: { type: ReplaceFullPath, replaceFullPath: /new } } }] }]`);
    const { routes, groups } = settingsOf(proxy(gateway + text)).routing;
    expect(routes['shop-1']).toMatchObject({
      forward: { api: 9, web: 1 },
      requestHeaders: { set: { 'X-A': '1' }, add: { 'X-B': 'b' }, remove: ['X-C'] },
      responseHeaders: { remove: ['Server'] },
      rewrite: { host: 'in.test', prefix: '/' },
      mirror: { group: 'canary', share: 0.25 },
    });
    expect(routes['shop-2']).toMatchObject({
      redirect: { status: 301, scheme: 'https', port: 443, path: '/new' },
    });
    expect(Object.keys(groups)).toEqual(['canary', 'api', 'web']);
  });

  it('a rule that leads nowhere answers 500, and is told of', () => {
    const found = proxy(
      gateway + httpRoute('rules: [{ backendRefs: [{ name: web, port: 80, weight: 0 }] }]'),
    );
    expect(settingsOf(found).routing.routes['shop-1']).toMatchObject({ respond: { status: 500 } });
    expect(found.notes).toHaveLength(1);
  });

  it('says what it came to in a line each', () => {
    const text =
      gateway +
      httpRoute(
        `hostnames: [shop.test], rules: [{ matches: [{ path: { value: /api }, method: GET }], ${toApi} }]`,
      );
    expect(routeLines(proxy(text).settings ?? {})).toEqual(['shop-1: shop.test, /api, methods GET -> api']);
  });
});

describe('host names', () => {
  const two = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: lab
  listeners:
    - { name: any, port: 8080, protocol: HTTP, hostname: "*.shop.test" }
    - { name: api, port: 8080, protocol: HTTP, hostname: api.shop.test }
---
`;

  it('are those of the route that the listener has, too', () => {
    const text = two + httpRoute(`hostnames: [api.shop.test, other.test], rules: [{ ${toApi} }]`);
    expect(settingsOf(proxy(text)).routing.routes['shop-1']?.match.hosts).toEqual(['api.shop.test']);
    const wide = two + httpRoute(`hostnames: ["*.test"], rules: [{ ${toApi} }]`);
    expect(settingsOf(proxy(wide)).routing.routes['shop-1']?.match.hosts).toEqual([
      '*.shop.test',
      'api.shop.test',
    ]);
  });

  it('a request does not fall from its own listener to a wider one', () => {
    const wide = route('HTTPRoute', `rules: [{ ${toWeb} }]`, 'wide').replace(
      'name: edge',
      'name: edge, sectionName: any',
    );
    const own = route(
      'HTTPRoute',
      `rules: [{ matches: [{ path: { value: /v1 } }], ${toApi} }]`,
      'own',
    ).replace('name: edge', 'name: edge, sectionName: api');
    const found = proxy(two + wide + own);
    expect(taken(found, '/x', 'web.shop.test')).toBe('wide-1');
    expect(taken(found, '/v1', 'api.shop.test')).toBe('own-1');
    expect(taken(found, '/x', 'api.shop.test')).toBe('other-api-shop-test');
  });

  it('nothing in common is said', () => {
    const [problem] = told(proxy(two + httpRoute(`hostnames: [other.test], rules: [{ ${toApi} }]`)));
    expect(problem).toMatch(/^13:\d+ no host name in common with the listener; names under \*\.shop\.test/);
  });
});

describe('a GRPCRoute', () => {
  const grpc = (matches: string) => gateway + route('GRPCRoute', `rules: [{ ${matches} ${toApi} }]`, 'calls');
  const call = { method: 'POST', 'content-type': 'application/grpc+proto' };

  it('is by service and method, for gRPC alone, over HTTP/2', () => {
    const found = proxy(grpc('matches: [{ method: { service: shop.Orders, method: Get } }],'));
    expect(taken(found, '/shop.Orders/Get', 'x', call)).toBe('calls-1');
    expect(taken(found, '/shop.Orders/Put', 'x', call)).toBeNull();
    expect(taken(found, '/shop.Orders/Get', 'x', { method: 'POST' })).toBeNull();
    expect(settingsOf(found).pool.protocol).toBe('http2');
  });

  it('a service alone has all its methods; a method alone is any service’s', () => {
    expect(
      taken(proxy(grpc('matches: [{ method: { service: shop.Orders } }],')), '/shop.Orders/Any', 'x', call),
    ).toBe('calls-1');
    const any = proxy(grpc('matches: [{ method: { method: Get } }],'));
    expect(taken(any, '/a.B/Get', 'x', call)).toBe('calls-1');
    expect(taken(any, '/a.B/GetAll', 'x', call)).toBeNull();
    const pattern = proxy(grpc('matches: [{ method: { type: RegularExpression, service: "shop[.].*" } }],'));
    expect(taken(pattern, '/shop.Orders/Get', 'x', call)).toBe('calls-1');
    expect(taken(pattern, '/shopping/Get', 'x', call)).toBeNull();
  });

  it('does not share a host name with an HTTPRoute', () => {
    const text = grpc('') + httpRoute(`rules: [{ ${toWeb} }]`);
    expect(told(proxy(text)).join()).toContain(
      'an HTTPRoute has this host name on listener web, any host already',
    );
  });
});

describe('TLS', () => {
  const policy = (names: string, more = '') => `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: ${more === '' ? 'tls' : 'more'} }
spec: { targetRefs: [${names}], validation: { hostname: ${more === '' ? 'api.lab' : more}, caCertificateRefs: [{ name: lab }] } }
---
`;
  const both =
    gateway + httpRoute(`rules: [{ backendRefs: [{ name: api, port: 80 }, { name: web, port: 80 }] }]`);

  it('ends at an HTTPS listener', () => {
    const text = gateway.replace(
      'protocol: HTTP',
      'protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] }',
    );
    expect(settingsOf(proxy(text + httpRoute(`rules: [{ ${toWeb} }]`))).tls.on).toBe(true);
  });

  it('a BackendTLSPolicy encrypts and verifies, for all targets or none', () => {
    const all = settingsOf(proxy(both + policy('{ kind: Service, name: api }, { name: web }')));
    expect(all.targetTls).toMatchObject({ on: true, verify: true, serverName: 'api.lab' });
    expect(told(proxy(both + policy('{ name: api }'))).join()).toContain('web has no policy');
    const two = told(proxy(both + policy('{ name: api }') + policy('{ name: web }', 'web.lab')));
    expect(two.join()).toContain('one server name; api.lab');
    expect(settingsOf(proxy(both)).targetTls.on).toBe(false);
  });
});
