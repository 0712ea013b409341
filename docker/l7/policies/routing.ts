//  call --> [route table] --> redirect | fixed answer | group by weight, head edited --> call.pool
import type { Json } from '../../protocol/json.ts';
import type { GroupCounts, RoutingStats } from '../../protocol/l7/policy-stats.ts';
import type { RoutingSettings } from '../../protocol/l7/routing.ts';
import { requestCookieEdits, setCookieEdits } from './cookie-edits.ts';
import { headerEdits } from './header-edits.ts';
import type { EditFields } from './header-edits.ts';
import { matchWords } from './match-words.ts';
import { mirrorTo } from './mirror.ts';
import type { RequestHead } from '../message.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy, Services } from './policy.ts';
import { viewOf } from './request-view.ts';
import type { RequestView } from './request-view.ts';
import { redirectLocation, rewrittenTarget } from './rewrite.ts';
import { createRouteCounter } from './route-counts.ts';
import type { RouteCounter, RouteWords } from './route-counts.ts';
import { createRouteTable } from './route-table.ts';
import type { CompiledRoute } from './route-table.ts';
import { createRoutedGroup } from './routed-group.ts';
import type { RoutedGroup } from './routed-group.ts';
import { createSplit } from './split.ts';
import type { Split } from './split.ts';
import { createSeal } from './sticky/seal.ts';
import type { Seal } from './sticky/seal.ts';

/** What survives a change of the routes: counters never go back, and cookies stay good. */
interface Kept {
  readonly seal: Seal;
  readonly counters: Map<string, RouteCounter>;
  readonly groups: Readonly<Record<string, GroupCounts>>;
  readonly unmatched: number;
}

interface RoutingPolicy extends Policy {
  kept(): Kept;
}

/** Everything that a route does, worked out once. */
interface Actions {
  readonly split: Split;
  /** ", 5 of 100" by group, where there was a choice. */
  readonly shares: ReadonlyMap<string, string>;
  readonly request: readonly EditFields[];
  readonly response: readonly EditFields[];
}

export const routing = kind('routing', (settings, services, before) => {
  if (Object.keys(settings.routes).length === 0) return null;
  return createRouting(settings, services, isRouting(before) ? before.kept() : null);
});

function createRouting(settings: RoutingSettings, services: Services, before: Kept | null): RoutingPolicy {
  const table = createRouteTable(settings.routes);
  const seal = before?.seal ?? createSeal();
  const counters = before?.counters ?? new Map<string, RouteCounter>();
  const groups = new Map(
    Object.entries(settings.groups).map(([name, group]) => [
      name,
      createRoutedGroup(group, services, seal, before?.groups[name]),
    ]),
  );
  const actions = new Map(Object.entries(settings.routes).map(([name, route]) => [name, actionsOf(route)]));
  let unmatched = before?.unmatched ?? 0;

  const counterOf = (route: string): RouteCounter => {
    let found = counters.get(route);
    if (found === undefined) counters.set(route, (found = createRouteCounter()));
    return found;
  };
  const groupViews = () => Object.fromEntries([...groups].map(([name, group]) => [name, group.view()]));

  return {
    name: 'routing',
    request(call) {
      const request = viewOf(call.head, call.peer.address, call.peer.localPort);
      if (request.path === null) return badPath(call);
      const found = table.find(request);
      if (found === null) {
        if (!call.dry) unmatched += 1;
        call.why('routing', 'no route takes it');
        return text(404, 'no route');
      }
      const counter = counterOf(found.name);
      return follow(found, actions.get(found.name), request, call, { services, groups, counter });
    },
    stats: () => {
      for (const name of actions.keys()) counterOf(name);
      const routes = [...counters].map(([name, counter]) => [
        name,
        counter.view(wordsOf(settings.routes[name])),
      ]);
      const stats: RoutingStats = {
        unmatched,
        routes: Object.fromEntries(routes) as RoutingStats['routes'],
        groups: groupViews(),
      };
      return stats as unknown as Json;
    },
    kept: () => ({ seal, counters, groups: groupViews(), unmatched }),
  };
}

function wordsOf(route: RoutingSettings['routes'][string] | undefined): RouteWords {
  if (route === undefined) return { match: '', does: 'no longer set' };
  const { match, redirect, respond } = route;
  const does =
    redirect !== null ? `redirects, ${redirect.status}` : respond !== null ? `answers ${respond.status}` : '';
  return { match: matchWords(match), does };
}

function isRouting(policy: Policy | null): policy is RoutingPolicy {
  return policy !== null && 'kept' in policy;
}

function actionsOf(route: RoutingSettings['routes'][string]): Actions {
  const some = (edits: readonly (EditFields | null)[]) => edits.filter((edit) => edit !== null);
  return {
    split: createSplit(route.forward),
    shares: sharesOf(route.forward),
    request: some([headerEdits(route.requestHeaders), requestCookieEdits(route.requestCookies)]),
    response: some([headerEdits(route.responseHeaders), setCookieEdits(route.responseCookies)]),
  };
}

interface Way {
  readonly services: Services;
  readonly groups: ReadonlyMap<string, RoutedGroup>;
  readonly counter: RouteCounter;
}

function follow(
  { route, why }: CompiledRoute,
  actions: Actions | undefined,
  request: RequestView,
  call: Call,
  { services, groups, counter }: Way,
): Answer | null | Promise<Answer | null> {
  if (actions === undefined) return null;
  editAnswer(call, actions.response);
  if (route.respond !== null) {
    call.why('routing', `${why} -> ${route.respond.status}`);
    book(call, counter, null);
    const { status, contentType, body } = route.respond;
    return { status, fields: [['content-type', contentType]], body };
  }
  if (route.redirect !== null) {
    const location = redirectLocation(request, call.head, route.match, route.redirect);
    call.why('routing', `${why} -> ${location ?? 'a circle'}`);
    book(call, counter, null);
    if (location === null) return text(500, 'the route redirects to itself');
    return { status: route.redirect.status, fields: [['location', location]], body: '' };
  }
  const name = actions.split(services.random());
  const group = name === null ? undefined : groups.get(name);
  if (name === null || group === undefined) {
    call.why('routing', `${why} -> no group has any weight`);
    book(call, counter, null);
    return text(503, 'no target group has any weight');
  }
  call.why('routing', `${why} -> ${name}${actions.shares.get(name) ?? ''}`);
  call.head = rewritten(call.head, request, route, actions.request);
  const { timeouts } = route;
  if (timeouts.requestMs > 0 || timeouts.tryMs > 0) call.timeouts = timeouts;
  book(call, counter, name);
  const full = group.take(call, request);
  if (full !== null) return full;
  const mirror = route.mirror === null || call.dry ? undefined : groups.get(route.mirror.group);
  if (route.mirror === null || mirror === undefined || services.random() >= route.mirror.share) return null;
  call.why('mirror', `a copy to ${route.mirror.group}`);
  const copied = mirrorTo(mirror.pool, call, services, (what) => counter.mirror(what));
  // Only a body has to be waited for: it is read once, and sent twice.
  return call.hasBody ? copied.then(() => null) : null;
}

/** The very same head where nothing is rewritten. */
function rewritten(
  head: RequestHead,
  request: RequestView,
  { match, rewrite }: CompiledRoute['route'],
  edits: readonly EditFields[],
): RequestHead {
  const authority = rewrite.host ?? head.authority;
  const target = rewrittenTarget(request, match, rewrite);
  if (edits.length === 0 && authority === head.authority && target === head.target) return head;
  const fields = edits.reduce((edited, edit) => edit(edited), head.fields);
  return { ...head, authority, target, fields };
}

function book(call: Call, counter: RouteCounter, group: string | null): void {
  if (call.dry) return;
  counter.start(group);
  call.atEnd((end) => counter.end(end));
}

function editAnswer(call: Call, edits: readonly EditFields[]): void {
  if (edits.length === 0) return;
  call.wrapResponse((next) => ({
    ...next,
    head: (head) => next.head({ ...head, fields: edits.reduce((fields, edit) => edit(fields), head.fields) }),
  }));
}

function sharesOf(forward: Readonly<Record<string, number>>): ReadonlyMap<string, string> {
  const weighty = Object.entries(forward).filter(([, weight]) => weight > 0);
  if (weighty.length < 2) return new Map();
  const total = weighty.reduce((sum, [, weight]) => sum + weight, 0);
  return new Map(weighty.map(([name, weight]) => [name, `, ${weight} of ${total}`]));
}

function badPath(call: Call): Answer {
  call.why('routing', 'the path climbs above the root or is escaped wrongly');
  return text(400, 'not a path');
}

function text(status: number, words: string): Answer {
  return {
    status,
    fields: [['content-type', 'text/plain']],
    body: `${status}: the proxy answers, not a target (${words})\n`,
  };
}
