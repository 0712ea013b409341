import { translate } from '../../../../../electron/host/manifests/translate.ts';
import type { Translation } from '../../../../../electron/host/manifests/translate.ts';
import type { Surroundings } from '../../../../../electron/host/manifests/surroundings.ts';

const backends = new Map([
  ['api', 2],
  ['api-1', 1],
  ['api-2', 1],
  ['web', 1],
  ['canary', 1],
]);

export function proxy(text: string, more: Partial<Surroundings> = {}): Translation {
  return translate('shop.yaml', text, { role: 'l7', backends, port: 8080, ...more });
}

export function forwarder(text: string): Translation {
  return translate('shop.yaml', text, { role: 'l4', backends, port: 8080 });
}

/** Each problem as an editor would show it. */
export function told({ problems }: Translation): readonly string[] {
  return problems.map(({ line, column, message, expected }) => `${line}:${column} ${message}; ${expected}`);
}

export const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: lab
  listeners: [{ name: web, port: 8080, protocol: HTTP }]
---
`;

/** An HTTPRoute on that Gateway; `spec` in flow style, since its place in the text does not matter here. */
export function httpRoute(spec: string, name = 'shop'): string {
  return route('HTTPRoute', spec, name);
}

export function route(kind: string, spec: string, name = 'shop', version = 'v1'): string {
  return `apiVersion: gateway.networking.k8s.io/${version}
kind: ${kind}
metadata: { name: ${name} }
spec: { parentRefs: [{ name: edge }], ${spec} }
---
`;
}

export function ingress(spec: string, annotations = '', name = 'shop'): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, annotations: { ${annotations} } }
spec: ${spec}
---
`;
}
