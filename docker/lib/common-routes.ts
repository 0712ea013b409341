import { z } from 'zod';
import type { Identity } from '../protocol/admin.ts';
import type { Json } from '../protocol/json.ts';
import { AdminProblem, parseOrRefuse } from './admin-problem.ts';
import type { AdminCall, AdminRoute } from './admin-route.ts';
import { changedPaths } from './changed-paths.ts';
import { mergePatch } from './merge-patch.ts';
import type { Context, Program } from './program-types.ts';

/** What every role answers, by docker/protocol/admin.ts. `/watch` is a stream and lives in watch.ts. */
export function commonRoutes(identity: Identity, program: Program, context: Context): AdminRoute[] {
  const { settings } = program;
  const initial = settings.get();
  let schema: unknown;

  const change = async (wanted: () => unknown) => {
    if (settings.prepare !== undefined) await settings.prepare(wanted());
    // Made anew: somebody else's change may have come in the meantime.
    const next = wanted();
    const changed = changedPaths(asJson(settings.get()), asJson(next));
    if (changed.length === 0) return;
    settings.apply(next, changed);
    context.events.emit({ type: 'settings', changed });
  };

  return [
    { method: 'GET', path: '/', handle: () => identity },
    // A reader of its own each time: a call by hand never takes an interval away from whoever watches.
    { method: 'GET', path: '/stats', handle: () => program.stats({}) },
    { method: 'GET', path: '/events', handle: (call) => context.events.after(numberIn(call, 'after', 0)) },
    {
      method: 'GET',
      path: '/requests',
      handle: () => ({ oneIn: context.records.oneIn, records: context.records.after(0) }),
    },
    { method: 'GET', path: '/settings', handle: () => settings.get() },
    {
      method: 'GET',
      path: '/settings/schema',
      handle: () => (schema ??= z.toJSONSchema(settings.schema, { io: 'input' })),
    },
    {
      method: 'PATCH',
      path: '/settings',
      async handle({ body }) {
        if (body === undefined) throw new AdminProblem('bad-request', 'send a JSON merge patch as the body');
        await change(() => parseOrRefuse(settings.schema, mergePatch(asJson(settings.get()), body)));
        return settings.get();
      },
    },
    {
      method: 'POST',
      path: '/reset',
      async handle() {
        program.reset?.();
        await change(() => initial);
        context.events.emit({ type: 'reset' });
        return settings.get();
      },
    },
  ];
}

/** A number from the query string, or a bad-request that names it. */
export function numberIn(call: AdminCall, name: string, fallback: number): number {
  const text = call.query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new AdminProblem('bad-request', `${name} must be a whole number, 0 or more, not "${text}"`, name);
}

/** Settings are made of JSON alone: their schemas know nothing else. */
function asJson(value: unknown): Json {
  return value as Json;
}
