import type { z } from 'zod';
import { backendSettingsSchema } from '../../../docker/protocol/backend.ts';
import { l4SettingsSchema, l7SettingsSchema } from '../../../docker/protocol/balancer.ts';
import { clientSettingsSchema } from '../../../docker/protocol/client.ts';
import { kubeletSettingsSchema } from '../../../docker/protocol/kubelet.ts';
import { kubeNodeSettingsSchema } from '../../../docker/protocol/kube-node.ts';
import { haproxySettingsSchema } from '../../../docker/protocol/peers/haproxy.ts';
import { nginxSettingsSchema } from '../../../docker/protocol/peers/nginx.ts';
import {
  dnsSettingsSchema,
  mqttSettingsSchema,
  pgbouncerSettingsSchema,
  postgresSettingsSchema,
  redisSettingsSchema,
  toolsSettingsSchema,
} from '../../../docker/protocol/peers/stores.ts';
import type { Json } from '../../contract/session.ts';
import { fillProxy, proxyReferences } from './l7-settings.ts';
import { isSettings } from './merge.ts';
import type { LabRole, Settings } from './lab.ts';

/** What each role's program takes. Adding a role adds a line here, and its names below. */
export const settingsSchemas = {
  client: clientSettingsSchema,
  l4: l4SettingsSchema,
  l7: l7SettingsSchema,
  backend: backendSettingsSchema,
  'kube-node': kubeNodeSettingsSchema,
  kubelet: kubeletSettingsSchema,
  haproxy: haproxySettingsSchema,
  nginx: nginxSettingsSchema,
  redis: redisSettingsSchema,
  postgres: postgresSettingsSchema,
  pgbouncer: pgbouncerSettingsSchema,
  mqtt: mqttSettingsSchema,
  dns: dnsSettingsSchema,
  tools: toolsSettingsSchema,
} as const satisfies Record<LabRole, z.ZodType>;

export interface Endpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Where clients go instead: the address that its group shares. */
  readonly virtual?: string;
}

/** Every node that a reference means, with its address. */
export type Resolve = (reference: string) => readonly Endpoint[];

/**
 * Names become addresses: a client's `to`, a balancer's `targets`, a backend's dependencies. What is left out stays
 * out, so that a patch remains a patch.
 */
export function fillSettings(role: LabRole, settings: Settings, resolve: Resolve): Settings {
  switch (role) {
    case 'client': {
      const { to, ...rest } = settings;
      const [first] = references(to).flatMap(resolve);
      return first === undefined
        ? rest
        : { ...rest, address: first.virtual ?? first.address, port: first.port };
    }
    case 'l4':
    case 'l7':
    case 'kube-node':
    case 'haproxy':
    case 'nginx': {
      const { targets, ...others } = role === 'l7' ? fillProxy(settings, resolve) : settings;
      const rest = isSettings(others.serverNames)
        ? { ...others, serverNames: serverNames(others.serverNames, resolve) }
        : others;
      if (targets === undefined) return rest;
      return { ...rest, targets: items(targets).flatMap((item) => targetsOf(item, resolve)) };
    }
    case 'backend': {
      const { dependencies, ...rest } = withCartStore(settings, resolve);
      if (dependencies === undefined) return rest;
      if (!Array.isArray(dependencies)) return settings;
      const list = (dependencies as readonly Json[]).filter(isSettings);
      return { ...rest, dependencies: list.flatMap((one) => dependency(one, resolve)) };
    }
    case 'kubelet': {
      const { pods, ...rest } = settings;
      if (pods === undefined) return rest;
      return {
        ...rest,
        pods: references(pods)
          .flatMap(resolve)
          .map(({ name, address, port }) => ({ name, address, port })),
      };
    }
    case 'pgbouncer': {
      const { to, ...rest } = settings;
      const [first] = references(to).flatMap(resolve);
      if (first === undefined) return rest;
      return { ...rest, target: { id: first.name, address: first.address, port: first.port } };
    }
    case 'redis':
    case 'postgres':
    case 'mqtt':
    case 'dns':
      return settings;
    case 'tools':
      return {};
  }
}

/** A route may name a group: its targets are the group's members. */
function serverNames({ routes, otherwise, ...rest }: Settings, resolve: Resolve): Settings {
  const ids = (value: Json | undefined) =>
    references(value).flatMap((name) => {
      const members = resolve(name).map((end) => end.name);
      return members.length === 0 ? [name] : members;
    });
  return {
    ...rest,
    ...(Array.isArray(otherwise) ? { otherwise: ids(otherwise) } : otherwise === null ? { otherwise } : {}),
    ...(Array.isArray(routes)
      ? {
          routes: (routes as readonly Json[])
            .filter(isSettings)
            .map((route) => ({ ...route, targets: ids(route.targets) })),
        }
      : {}),
  };
}

/** A backend may keep its carts in a store, by name. */
function withCartStore(settings: Settings, resolve: Resolve): Settings {
  if (typeof settings.cartStore !== 'string') return settings;
  const [store] = resolve(settings.cartStore);
  return {
    ...settings,
    cartStore: store === undefined ? null : { address: store.address, port: store.port },
  };
}

function dependency({ to, ...rest }: Settings, resolve: Resolve): readonly Settings[] {
  return references(to)
    .flatMap(resolve)
    .map(({ name, address, port }) => ({ ...rest, name, address, port }));
}

/** A balancer's targets: a name, or a name with what goes with it (`{to: backend-1, weight: 3}`). */
function targetsOf(item: Json | undefined, resolve: Resolve): readonly Settings[] {
  const rest = isSettings(item)
    ? Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'to'))
    : {};
  return references(item)
    .flatMap(resolve)
    .map(({ name, address, port }) => ({ id: name, address, port, ...rest }));
}

function items(value: Json | undefined): readonly (Json | undefined)[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** One name or several, each by itself or as the `to` of what goes with it. */
export function references(value: Json | undefined): readonly string[] {
  return items(value)
    .map((item) => (isSettings(item) ? item.to : item))
    .filter((item) => typeof item === 'string');
}

/** The names that a role's settings refer to, in the order in which traffic flows. */
export function referenced(role: LabRole, settings: Settings): readonly string[] {
  if (role === 'client' || role === 'pgbouncer' || role === 'tools') return references(settings.to);
  // Its probes are no traffic, but a name in them that leads nowhere is wrong all the same.
  if (role === 'kubelet') return [...references(settings.pods), ...references(settings.balancers)];
  if (role === 'l7') return [...new Set([...references(settings.targets), ...proxyReferences(settings)])];
  if (role !== 'backend') return references(settings.targets);
  const { dependencies, cartStore } = settings;
  const list = Array.isArray(dependencies) ? (dependencies as readonly Json[]).filter(isSettings) : [];
  return [...list.flatMap((one) => references(one.to)), ...references(cartStore)];
}
