import { describe, expect, it } from 'vitest';
import { l7NodeSettings } from '../../../../../labs/nodes.ts';
import { ingress, proxy, told } from './documents.ts';

const service = (name: string) => `{ service: { name: ${name}, port: { number: 80 } } }`;
const path = (at: string, to: string, type = 'Prefix') =>
  `{ path: ${at}, pathType: ${type}, backend: ${service(to)} }`;
const nginx = (name: string, value: string) => `"nginx.ingress.kubernetes.io/${name}": "${value}"`;

function settingsOf(text: string) {
  const found = proxy(text);
  expect(told(found)).toEqual([]);
  return l7NodeSettings.parse(found.settings);
}

describe('an Ingress becomes routes of the proxy', () => {
  it('by host and path, with a default backend', () => {
    const { routes } = settingsOf(
      ingress(`{ ingressClassName: nginx, defaultBackend: ${service('web')}, rules: [
        { host: shop.test, http: { paths: [${path('/api', 'api')}, ${path('/exact', 'canary', 'Exact')}] } }] }`),
    ).routing;
    expect(routes['shop-1-1']).toMatchObject({
      match: { hosts: ['shop.test'], path: '/api', pathIs: 'prefix' },
      forward: { api: 1 },
    });
    expect(routes['shop-1-2']?.match).toMatchObject({ path: '/exact', pathIs: 'exact' });
    expect(routes['shop-default']).toMatchObject({ match: { hosts: [], path: '/' }, forward: { web: 1 } });
  });

  it('a host that has rules keeps its other paths to itself', () => {
    const { routes } = settingsOf(
      ingress(
        `{ rules: [{ host: shop.test, http: { paths: [${path('/api', 'api')}] } }, { http: { paths: [${path('/', 'web')}] } }] }`,
      ),
    ).routing;
    expect(routes['other-shop-test']).toMatchObject({
      match: { hosts: ['shop.test'] },
      respond: { status: 404 },
    });
  });

  it('TLS, and backends that speak it', () => {
    const text = ingress(
      `{ tls: [{ hosts: [shop.test], secretName: shop }], defaultBackend: ${service('web')} }`,
      nginx('backend-protocol', 'HTTPS'),
    );
    const { tls, targetTls } = settingsOf(text);
    expect([tls.on, targetTls.on, targetTls.verify]).toEqual([true, true, false]);
  });

  it('a canary takes its share from the Ingress of the same host and path', () => {
    const rules = (to: string) => `{ rules: [{ host: shop.test, http: { paths: [${path('/', to)}] } }] }`;
    const canary = ingress(
      rules('canary'),
      `${nginx('canary', 'true')}, ${nginx('canary-weight', '10')}`,
      'canary',
    );
    const { routes } = settingsOf(canary + ingress(rules('web'))).routing;
    expect(Object.values(routes).map((one) => one.forward)).toEqual([{ web: 90, canary: 10 }]);
  });

  it('a cookie, a new path, a pattern', () => {
    const notes = [
      nginx('affinity', 'cookie'),
      nginx('session-cookie-name', 'ROUTE'),
      nginx('rewrite-target', '/'),
      nginx('use-regex', 'true'),
    ];
    const { routes, groups } = settingsOf(
      ingress(
        `{ rules: [{ http: { paths: [${path('"/v[0-9]"', 'api', 'ImplementationSpecific')}] } }] }`,
        notes.join(', '),
      ),
    ).routing;
    expect(routes['shop-1-1']).toMatchObject({
      match: { path: '^(?i:/v[0-9])', pathIs: 'regex' },
      rewrite: { path: '/' },
      forward: { 'api-sticky': 1 },
    });
    expect(groups['api-sticky']).toMatchObject({
      targets: 'api',
      sticky: { mode: 'affinity', cookie: 'ROUTE' },
    });
    expect(new RegExp(routes['shop-1-1']?.match.path ?? '').test('/V1/x')).toBe(true);
  });

  it('parts of a path go into the new one, and every path of that Ingress is a pattern then', () => {
    const paths = [path('/foo(/|$)(.*)', 'api', 'ImplementationSpecific'), path('/bar/(.*)', 'web', 'Exact')];
    const { routes } = settingsOf(
      ingress(`{ rules: [{ http: { paths: [${paths.join()}] } }] }`, nginx('rewrite-target', '/$2')),
    ).routing;
    expect(routes['shop-1-1']).toMatchObject({
      match: { path: '^(?i:/foo(/|$)(.*))', pathIs: 'regex' },
      rewrite: { path: '/$2' },
    });
    expect(routes['shop-1-2']?.match.pathIs).toBe('regex');
  });

  it('a wildcard is told of: an Ingress means one label', () => {
    const found = proxy(
      ingress(`{ rules: [{ host: "*.shop.test", http: { paths: [${path('/', 'web')}] } }] }`),
    );
    expect(found.notes.map(({ text }) => text).join()).toContain('one label');
    expect(found.settings).not.toBeNull();
  });
});
