import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import { isSettings } from '../lab/merge.ts';

/** Translated settings in a line for each route, for a person to compare with what was meant. */
export function routeLines(settings: Settings): readonly string[] {
  const { routing, serverNames, targets } = settings;
  if (isSettings(routing) && isSettings(routing.routes)) {
    return Object.entries(routing.routes).map(
      ([name, route]) => `${name}: ${isSettings(route) ? proxyLine(route) : ''}`,
    );
  }
  const routes =
    isSettings(serverNames) && Array.isArray(serverNames.routes)
      ? (serverNames.routes as readonly Json[])
      : [];
  if (routes.length > 0)
    return routes.map((route) =>
      isSettings(route) ? `${words(route.names)} -> ${words(route.targets)}` : '',
    );
  const all = Array.isArray(targets) ? (targets as readonly Json[]) : [];
  return [
    `every connection -> ${all.map((one) => (isSettings(one) ? words(one.to) : words(one))).join(', ')}`,
  ];
}

function proxyLine(route: Settings): string {
  const match = isSettings(route.match) ? route.match : {};
  const hosts = words(match.hosts) || 'any host';
  const is = match.pathIs === 'prefix' ? '' : `${words(match.pathIs)} `;
  const more = ['ports', 'methods', 'headers', 'query'].flatMap((key) => {
    const value = match[key];
    const stated = isSettings(value) ? Object.keys(value).join(', ') : words(value);
    return stated === '' ? [] : [`${key} ${stated}`];
  });
  return `${[`${hosts}, ${is}${words(match.path)}`, ...more].join(', ')} -> ${doesWhat(route)}`;
}

function doesWhat({ forward, redirect, respond }: Settings): string {
  if (isSettings(redirect)) return `redirect ${words(redirect.status)}`;
  if (isSettings(respond)) return words(respond.status);
  const parts = isSettings(forward) ? Object.entries(forward) : [];
  return parts
    .map(([group, weight]) => (parts.length === 1 ? group : `${group} ${words(weight)}`))
    .join(', ');
}

function words(value: Json | undefined): string {
  if (Array.isArray(value)) return (value as readonly Json[]).map(words).join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
