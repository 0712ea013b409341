import { z } from 'zod';
import { nameSchema, routesSchema } from './route.ts';
import type { Routes } from './route.ts';
import { stickySchema } from './sticky.ts';

/** Some of the proxy's targets under a name: what a route forwards to. */
export const targetGroupSchema = z.strictObject({
  /** By id. */
  targets: z.array(z.string().min(1).max(63)).max(1000).default([]),
  sticky: stickySchema.prefault({}),
  /** Circuit breaker: more than this at once are answered 503 by the proxy, at once. */
  maxRequests: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ title: 'Requests at once (more: 503; 0: no limit)' }),
});
export type TargetGroup = z.output<typeof targetGroupSchema>;

/** Without routes everything goes to every target. With them, what none of them takes is answered 404. */
export const routingShape = {
  groups: z.record(nameSchema, targetGroupSchema).default({}),
  routes: routesSchema.default({}),
};
export const routingSchema = z.strictObject(routingShape).superRefine(routesLeadSomewhere);
export type RoutingSettings = z.output<typeof routingSchema>;

/** A name that no group has would be a route to nowhere. */
export function routesLeadSomewhere(
  { groups, routes }: { readonly groups: Readonly<Record<string, unknown>>; readonly routes: Routes },
  context: z.RefinementCtx,
): void {
  for (const [name, { forward, mirror }] of Object.entries(routes)) {
    const wanted = [
      ...Object.keys(forward).map((group) => ({ group, path: ['routes', name, 'forward', group] })),
      ...(mirror === null ? [] : [{ group: mirror.group, path: ['routes', name, 'mirror', 'group'] }]),
    ];
    for (const { group, path } of wanted) {
      if (group in groups) continue;
      context.addIssue({ code: 'custom', path, message: `there is no group "${group}"` });
    }
  }
}
