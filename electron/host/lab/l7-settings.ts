import type { Json } from '../../contract/session.ts';
import type { Settings } from './lab.ts';
import { isSettings } from './merge.ts';

/** What a node is by name; the program wants ids of targets, and an address of a store. */
export interface Named {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/**
 * The parts of a proxy's settings that name nodes besides `targets`: its groups' targets, and the store of its rate
 * limits. What is not in the patch stays out of it.
 */
export function fillProxy(settings: Settings, resolve: (reference: string) => readonly Named[]): Settings {
  const { routing, limits } = settings;
  return {
    ...settings,
    ...(isSettings(routing) ? { routing: fillRouting(routing, resolve) } : {}),
    ...(isSettings(limits) && typeof limits.store === 'string'
      ? { limits: { ...limits, store: place(resolve(limits.store)) } }
      : {}),
  };
}

/** The names that routing and limits refer to. */
export function proxyReferences({ routing, limits }: Settings): readonly string[] {
  const store = isSettings(limits) && typeof limits.store === 'string' ? [limits.store] : [];
  return [...groupsOf(routing).flatMap(([, group]) => names(group.targets)), ...store];
}

function fillRouting(routing: Settings, resolve: (reference: string) => readonly Named[]): Settings {
  if (!isSettings(routing.groups)) return routing;
  const groups = Object.fromEntries(
    Object.entries(routing.groups).map(([name, group]): [string, Json] => {
      if (!isSettings(group) || group.targets === undefined) return [name, group];
      const ids = names(group.targets)
        .flatMap(resolve)
        .map((node) => node.name);
      return [name, { ...group, targets: ids }];
    }),
  );
  return { ...routing, groups };
}

function groupsOf(routing: Json | undefined): readonly (readonly [string, Settings])[] {
  if (!isSettings(routing) || !isSettings(routing.groups)) return [];
  return Object.entries(routing.groups).flatMap(([name, group]) =>
    isSettings(group) ? [[name, group] as const] : [],
  );
}

function names(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.filter((item) => typeof item === 'string');
}

function place([first]: readonly Named[]): Json {
  return first === undefined ? null : { address: first.address, port: first.port };
}
