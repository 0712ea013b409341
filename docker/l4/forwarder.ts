//  client --tcp--> [accept > guard > pick a target > dial it > splice] --tcp--> target
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../balancing/clock.ts';
import type { Group } from '../balancing/group.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import { addressSet, plainAddress } from '../wire/ip-address.ts';
import { openPort } from '../lib/open-port.ts';
import { createRing } from '../lib/ring.ts';
import type { Listen } from '../protocol/common.ts';
import type { EndedConnection } from '../protocol/connections.ts';
import { connectionRow } from './connection-row.ts';
import { createFlow } from './flow.ts';
import type { Flow, FlowDeps } from './flow.ts';
import { createForgotten } from './forgotten.ts';
import { createForwarderCounters } from './forwarder-counters.ts';
import type { ForwarderCounters } from './forwarder-counters.ts';
import { createGuard } from './guard.ts';
import { watchIdle } from './idle.ts';
import type { Wanted } from './opening.ts';
import { createRoutes } from './routes.ts';

/** Picks are explained for so long after somebody looked at the table. */
const watchedMs = 5000;
/** Some seconds of a busy balancer: whoever asks for one connection has chosen it from a list a moment ago. */
const mostEnded = 1000;

export interface Forwarder {
  readonly counters: ForwarderCounters;
  /** By age, the oldest first. */
  readonly flows: ReadonlySet<Flow>;
  /** Somebody looks at the connections now: for a while picks are explained, and what ended is kept. */
  looked(): void;
  /** The newest first. */
  ended(): readonly EndedConnection[];
  listen(place: Listen): Promise<number>;
  settingsChanged(): void;
  close(): Promise<void>;
}

export function createForwarder(group: Group, settings: () => L4Settings, clock: Clock): Forwarder {
  const counters = createForwarderCounters();
  const flows = new Set<Flow>();
  const forgotten = createForgotten();
  const ended = createRing<EndedConnection>(mostEnded);
  const idle = watchIdle(flows, settings, clock);
  const guard = createGuard(settings().guard, clock.now);
  const routes = createRoutes(settings().serverNames, group);
  let applied = settings();
  let wantedOf = openings(applied, routes.on);
  let lookedAt = -Infinity;
  let onEmpty: (() => void) | null = null;

  const deps: Omit<FlowDeps, 'onEnd'> = {
    group,
    settings,
    now: clock.now,
    poolFor: routes.poolFor,
    watched: () => clock.now() - lookedAt < watchedMs,
    forgotten,
    counters,
  };
  const onEnd: FlowDeps['onEnd'] = (flow, how) => {
    flows.delete(flow);
    if (deps.watched()) ended.push({ ...connectionRow(flow), end: how, at: clock.now() });
    if (flows.size === 0) onEmpty?.();
  };

  const unguarded: FlowDeps = { ...deps, onEnd };

  const accept = (client: Socket) => {
    counters.connections.accepted += 1;
    if (guard.on) guarded(client);
    else forward(client, unguarded);
  };

  /** Judged by the socket's own address: what a PROXY header states is not who is connected. */
  const guarded = (client: Socket) => {
    const source = plainAddress(client.remoteAddress ?? '');
    const cause = guard.admit(source);
    if (cause === null) {
      const onLeft: FlowDeps['onEnd'] = (flow, how) => {
        guard.left(source);
        onEnd(flow, how);
      };
      forward(client, { ...deps, onEnd: onLeft });
      return;
    }
    counters.end(cause);
    client.on('error', () => undefined);
    client.resetAndDestroy();
  };

  const forward = (client: Socket, flowDeps: FlowDeps) => {
    counters.connections.open += 1;
    const { keepAliveMs } = applied;
    if (keepAliveMs > 0) client.setKeepAlive(true, keepAliveMs);
    if (flowDeps.watched()) rememberAddresses(client);
    const flow = createFlow(counters.connections.accepted, client, flowDeps);
    flows.add(flow);
    flow.begin(wantedOf === null ? null : wantedOf(client));
  };

  // Both directions close on their own (RFC 9293 section 3.6), hence allowHalfOpen.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);

  return {
    counters,
    flows,
    looked: () => (lookedAt = clock.now()),
    ended: () => ended.after(0).toReversed(),
    listen: (place) => openPort(server, place),
    settingsChanged() {
      const before = applied;
      applied = settings();
      if (!isDeepStrictEqual(before.guard, applied.guard)) guard.configure(applied.guard);
      if (!isDeepStrictEqual(before.serverNames, applied.serverNames)) routes.configure(applied.serverNames);
      wantedOf = openings(applied, routes.on);
      idle.settingsChanged();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await finished(applied.stopMs);
      idle.stop();
      for (const flow of [...flows]) flow.letGo('close');
      forgotten.clear();
      await closed;
    },
  };

  /** The listener is closed; what is open may finish. */
  async function finished(withinMs: number): Promise<void> {
    if (withinMs === 0 || flows.size === 0) return;
    await new Promise<void>((resolve) => {
      onEmpty = resolve;
      clock.after(withinMs, resolve);
    });
  }
}

/** What to read of a connection before a target is chosen; null where that is nothing, for everyone. */
function openings(settings: L4Settings, hello: boolean): ((client: Socket) => Wanted | null) | null {
  const { expect, trusted, timeoutMs } = settings.proxyProtocol;
  if (!expect && !hello) return null;
  const helloMs = hello ? settings.serverNames.timeoutMs : null;
  const isTrusted = trusted.length === 0 ? null : addressSet(trusted);
  return (client) => {
    const proxy = expect && isTrusted?.(plainAddress(client.remoteAddress ?? '')) !== false;
    return proxy || hello ? { proxyMs: proxy ? timeoutMs : null, helloMs } : null;
  };
}

/** Asked for while it is open, a socket still knows its addresses when it is not. */
function rememberAddresses({ remoteAddress, localAddress }: Socket): boolean {
  return remoteAddress !== undefined && localAddress !== undefined;
}
