import { describe, expect, it } from 'vitest';
import { forwarder, gateway, httpRoute, ingress, proxy, route, told } from './documents.ts';

const toWeb = 'backendRefs: [{ name: web, port: 80 }]';

/** Each with the one thing that is said of it. */
const refused: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  [
    'a kind of its own',
    'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n',
    /^2:7 Service is not read here; .*node of the lab/,
  ],
  ['a kind misspelt', 'apiVersion: x\nkind: HTTPRoutes\n', /HTTPRoutes is not read here/],
  ['no kind', 'metadata: {}\n', /has no kind/],
  [
    'an old version',
    'apiVersion: extensions/v1beta1\nkind: Ingress\n',
    /^1:13 Ingress "extensions\/v1beta1" is not read here; one of networking\.k8s\.io\/v1/,
  ],
  ['not YAML', 'kind: [', /^1:\d+ .*; valid YAML/],
  ['a key twice', 'kind: Ingress\nkind: Gateway\n', /; each key once/],
  ['nothing at all', '\n', /there is no document here/],
  [
    'a field that is not supported',
    gateway + httpRoute(`rules: [{ retry: { attempts: 2 }, ${toWeb} }]`),
    /^11:49 retry is not supported here; the proxy’s own settings under retry/,
  ],
  [
    'a duration without a unit',
    gateway + httpRoute(`rules: [{ timeouts: { request: "10" }, ${toWeb} }]`),
    /a duration such as 500ms, 10s or 1m30s/,
  ],
  [
    'a try that may last longer than its request',
    gateway + httpRoute(`rules: [{ timeouts: { request: 1s, backendRequest: 2s }, ${toWeb} }]`),
    /at most as long as request/,
  ],
  [
    'a field misspelt',
    gateway + httpRoute(`rule: [{ ${toWeb} }]`),
    /unknown key "rule"; one of parentRefs, hostnames, rules/,
  ],
  [
    'a filter of another’s',
    gateway + httpRoute(`rules: [{ filters: [{ type: ExtensionRef }], ${toWeb} }]`),
    /"type" cannot be "ExtensionRef"; one of RequestHeaderModifier/,
  ],
  [
    'a filter twice',
    gateway +
      httpRoute(
        `rules: [{ filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: {} }, { type: ResponseHeaderModifier, responseHeaderModifier: {} }], ${toWeb} }]`,
      ),
    /a second ResponseHeaderModifier/,
  ],
  [
    'rewrite beside redirect',
    gateway +
      httpRoute(
        'rules: [{ filters: [{ type: RequestRedirect, requestRedirect: {} }, { type: URLRewrite, urlRewrite: {} }] }]',
      ),
    /redirects or rewrites, not both/,
  ],
  [
    'backends beside redirect',
    gateway + httpRoute(`rules: [{ filters: [{ type: RequestRedirect, requestRedirect: {} }], ${toWeb} }]`),
    /redirects forwards nothing/,
  ],
  [
    'a prefix for what is no prefix',
    gateway +
      httpRoute(
        `rules: [{ matches: [{ path: { type: Exact, value: /a } }], filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } } }], ${toWeb} }]`,
      ),
    /every match of its rule to be a PathPrefix/,
  ],
  [
    'a pattern that is none',
    gateway +
      httpRoute(`rules: [{ matches: [{ path: { type: RegularExpression, value: "/(" } }], ${toWeb} }]`),
    /a regular expression/,
  ],
  [
    'a backend that is not there',
    gateway + httpRoute('rules: [{ backendRefs: [{ name: wep, port: 80 }] }]'),
    /^11:71 there is no node "wep"; one of api, api-1, api-2, web, canary/,
  ],
  [
    'a backend without a port',
    gateway + httpRoute('rules: [{ backendRefs: [{ name: web }] }]'),
    /"port" is missing/,
  ],
  [
    'a backend of another kind',
    gateway + httpRoute('rules: [{ backendRefs: [{ name: web, port: 80, kind: ServiceImport }] }]'),
    /"kind" cannot be "ServiceImport"; one of Service/,
  ],
  [
    'a backend elsewhere',
    gateway + httpRoute('rules: [{ backendRefs: [{ name: web, port: 80, namespace: shop }] }]'),
    /takes a ReferenceGrant/,
  ],
  ['no such Gateway', httpRoute(`rules: [{ ${toWeb} }]`), /there is no Gateway in namespace default "edge"/],
  [
    'no such listener',
    gateway + httpRoute(`rules: [{ ${toWeb} }]`).replace('name: edge', 'name: edge, sectionName: wed'),
    /there is no such listener "wed"; one of web/,
  ],
  [
    'a Gateway for its own namespace',
    gateway.replace('name: edge', 'name: edge, namespace: infra') +
      httpRoute(`rules: [{ ${toWeb} }]`).replace('name: edge', 'name: edge, namespace: infra'),
    /Gateway edge does not take this route; allowedRoutes with from: All/,
  ],
  [
    'a kind that the listener leaves out',
    gateway.replace('protocol: HTTP', 'protocol: HTTP, allowedRoutes: { kinds: [{ kind: GRPCRoute }] }') +
      httpRoute(`rules: [{ ${toWeb} }]`),
    /does not take this route/,
  ],
  ['a second Gateway', gateway + gateway.replace('edge', 'back'), /a second Gateway/],
  ['a document twice', gateway + gateway, /another Gateway default\/edge stands above/],
  [
    'two ways on one port',
    gateway.replace(
      'protocol: HTTP }',
      'protocol: HTTP }, { name: tls, hostname: a.test, port: 8080, protocol: HTTPS }',
    ),
    /one port cannot speak HTTP and HTTPS/,
  ],
  [
    'TLS in the clear',
    gateway.replace('protocol: HTTP }', 'protocol: HTTP, tls: {} }'),
    /HTTP is in the clear/,
  ],
  [
    'a certificate elsewhere',
    gateway.replace(
      'protocol: HTTP }',
      'protocol: HTTPS, tls: { certificateRefs: [{ name: a, namespace: b }] } }',
    ),
    /a secret in namespace b takes a ReferenceGrant/,
  ],
  [
    'HTTPS that passes through',
    gateway.replace('protocol: HTTP }', 'protocol: HTTPS, tls: { mode: Passthrough } }'),
    /must end here/,
  ],
  [
    'connections',
    gateway + route('TCPRoute', `rules: [{ ${toWeb} }]`),
    /passes on requests, not connections: TCPRoute is for a balancer of layer four/,
  ],
  [
    'what ImplementationSpecific means',
    ingress(
      '{ rules: [{ http: { paths: [{ path: /, pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }] } }] }',
    ),
    /means something else to each controller/,
  ],
  [
    'another controller’s annotation',
    ingress(
      '{ defaultBackend: { service: { name: web, port: { number: 80 } } } }',
      '"nginx.ingress.kubernetes.io/auth-url": "http://x"',
    ),
    /^3:\d+ there is no annotation read here called "auth-url"; one of rewrite-target/,
  ],
  [
    'a capture of no pattern',
    ingress(
      '{ defaultBackend: { service: { name: web, port: { number: 80 } } } }',
      '"nginx.ingress.kubernetes.io/rewrite-target": "/$1", "nginx.ingress.kubernetes.io/use-regex": "false"',
    ),
    /parts of the path/,
  ],
  [
    'a pattern that is none, in an Ingress',
    ingress(
      '{ rules: [{ http: { paths: [{ path: "/(", pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }',
      '"nginx.ingress.kubernetes.io/rewrite-target": "/$1"',
    ),
    /is read as a regular expression, and is none/,
  ],
  [
    'two listeners with one name',
    gateway.replace('protocol: HTTP }', 'protocol: HTTP }, { name: web, port: 8081, protocol: HTTP }'),
    /another listener has this name, or this port and hostname/,
  ],
  [
    'a resource',
    ingress('{ defaultBackend: { resource: { kind: Bucket, name: a } } }'),
    /resource is not supported here; a service/,
  ],
  ['an Ingress of nothing', ingress('{}'), /rules, a defaultBackend or both/],
  [
    'a canary of nothing',
    ingress(
      '{ rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }',
      '"nginx.ingress.kubernetes.io/canary": "true"',
    ),
    /an Ingress of the same host and path/,
  ],
];

describe('what is not supported is refused by its name, with its place', () => {
  it.each(refused)('%s', (_, text, said) => {
    const found = proxy(text);
    expect(told(found).join('\n')).toMatch(said);
    expect(found.settings).toBeNull();
    expect(found.notes).toEqual([]);
  });

  it('and so it is at layer four', () => {
    const tls = gateway.replace('protocol: HTTP', 'protocol: TLS, tls: { mode: Passthrough }');
    const spec = `hostnames: [a.test], rules: [{ ${toWeb} }]`;
    expect(told(forwarder(gateway + httpRoute(`rules: [{ ${toWeb} }]`))).join('\n')).toContain(
      'reads no requests: HTTPRoute is for an L7 proxy',
    );
    expect(
      told(forwarder(gateway.replace('protocol: HTTP', 'protocol: TLS') + route('TLSRoute', spec))).join(
        '\n',
      ),
    ).toContain('holds no key; mode: Passthrough');
    expect(told(forwarder(tls + route('TLSRoute', `rules: [{ ${toWeb} }]`))).join('\n')).toContain(
      'at least one server name',
    );
    expect(
      told(forwarder(gateway.replace('HTTP', 'TCP') + route('TCPRoute', 'rules: [{}]'))).join('\n'),
    ).toContain('leads to no backend');
    const ports = gateway.replace(
      'protocol: HTTP }',
      'protocol: TCP }, { name: db, port: 5432, protocol: TCP }',
    );
    expect(told(forwarder(ports)).join('\n')).toContain(
      'has one port, and 8080 is it; a Gateway of its own on another balancer for 5432',
    );
    const twice =
      gateway.replace('HTTP', 'TCP') +
      route('TCPRoute', `rules: [{ ${toWeb} }]`, 'a') +
      route('TCPRoute', `rules: [{ ${toWeb} }]`, 'b');
    expect(told(forwarder(twice)).join('\n')).toContain('another TCPRoute has all connections');
  });
});
