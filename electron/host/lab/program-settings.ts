import type { z } from 'zod';
import { backendSettingsSchema } from '../../../docker/protocol/backend.ts';
import { l4SettingsSchema, l7SettingsSchema } from '../../../docker/protocol/balancer.ts';
import { clientSettingsSchema } from '../../../docker/protocol/client.ts';
import { kubeletSettingsSchema } from '../../../docker/protocol/kubelet.ts';
import { kubeNodeSettingsSchema } from '../../../docker/protocol/kube-node.ts';
import type { Json } from '../../contract/session.ts';
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
} as const satisfies Record<LabRole, z.ZodType>;

export interface Endpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
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
      return first === undefined ? rest : { ...rest, address: first.address, port: first.port };
    }
    case 'l4':
    case 'l7': {
      const { targets, ...rest } = settings;
      if (targets === undefined) return rest;
      const list = references(targets).flatMap(resolve);
      return { ...rest, targets: list.map(({ name, address, port }) => ({ id: name, address, port })) };
    }
    case 'backend': {
      const { dependencies, ...rest } = settings;
      if (!Array.isArray(dependencies)) return settings;
      const list = (dependencies as readonly Json[]).filter(isSettings);
      return { ...rest, dependencies: list.flatMap((one) => dependency(one, resolve)) };
    }
    case 'kube-node': {
      const { targets, ...rest } = settings;
      if (targets === undefined) return rest;
      return {
        ...rest,
        endpoints: references(targets)
          .flatMap(resolve)
          .map((end) => ({ ...end })),
      };
    }
    case 'kubelet': {
      const { pods, ...rest } = settings;
      if (pods === undefined) return rest;
      return {
        ...rest,
        pods: references(pods)
          .flatMap(resolve)
          .map((end) => ({ ...end })),
      };
    }
  }
}

function dependency({ to, ...rest }: Settings, resolve: Resolve): readonly Settings[] {
  return references(to)
    .flatMap(resolve)
    .map((end) => ({ ...rest, ...end }));
}

/** One name or several. */
export function references(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.filter((item) => typeof item === 'string');
}

/** The names that a role's settings refer to, in the order in which traffic flows. */
export function referenced(role: LabRole, settings: Settings): readonly string[] {
  if (role === 'client') return references(settings.to);
  // Its probes are no traffic, but a name in them that leads nowhere is wrong all the same.
  if (role === 'kubelet') return [...references(settings.pods), ...references(settings.balancers)];
  if (role !== 'backend') return references(settings.targets);
  const { dependencies } = settings;
  if (!Array.isArray(dependencies)) return [];
  return (dependencies as readonly Json[]).filter(isSettings).flatMap((one) => references(one.to));
}
