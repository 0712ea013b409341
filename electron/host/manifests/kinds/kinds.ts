import { z } from 'zod';
import { gatewaySpec } from './gateway.ts';
import { ingressSpec } from './ingress.ts';
import { objectSchema } from './metadata.ts';
import { backendTlsPolicySpec, grpcRouteSpec, httpRouteSpec, tcpRouteSpec, tlsRouteSpec } from './routes.ts';

const gatewayApi = (...versions: readonly string[]) =>
  versions.map((version) => `gateway.networking.k8s.io/${version}`);

/** What is read here. Everything in it is a subset: an unknown field is refused, never passed over. */
export const kinds = {
  Ingress: { versions: ['networking.k8s.io/v1'], schema: objectSchema(ingressSpec) },
  IngressClass: {
    versions: ['networking.k8s.io/v1'],
    schema: objectSchema(z.strictObject({ controller: z.string() })),
  },
  GatewayClass: {
    versions: gatewayApi('v1'),
    schema: objectSchema(z.strictObject({ controllerName: z.string(), description: z.string().optional() })),
  },
  Gateway: { versions: gatewayApi('v1', 'v1beta1'), schema: objectSchema(gatewaySpec) },
  HTTPRoute: { versions: gatewayApi('v1', 'v1beta1'), schema: objectSchema(httpRouteSpec) },
  GRPCRoute: { versions: gatewayApi('v1'), schema: objectSchema(grpcRouteSpec) },
  TLSRoute: {
    versions: gatewayApi('v1', 'v1alpha3', 'v1alpha2'),
    schema: objectSchema(tlsRouteSpec),
  },
  TCPRoute: { versions: gatewayApi('v1', 'v1alpha2'), schema: objectSchema(tcpRouteSpec) },
  BackendTLSPolicy: {
    versions: gatewayApi('v1', 'v1alpha3'),
    schema: objectSchema(backendTlsPolicySpec),
  },
} as const;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly KindName[];
export type SpecOf<K extends KindName> = z.output<(typeof kinds)[K]['schema']>['spec'];
