import type { Socket } from 'node:net';
import type { FaultRequest } from '../protocol/backend.ts';
import { faultRequestSchema } from '../protocol/backend.ts';
import { faultNames, faultSettings } from '../protocol/faults.ts';
import type { FaultName } from '../protocol/faults.ts';
import type { BackendStats } from '../protocol/stats.ts';
import { AdminProblem, parseOrRefuse } from '../lib/admin-problem.ts';
import type { EventRing } from '../lib/event-ring.ts';
import type { Handler } from './exchange.ts';
import { stages } from './fault.ts';
import type { Applied, FaultHost, Stage } from './fault.ts';
import { faultNamed } from './fault-list.ts';
import { checkScope, createScope } from './fault-scope.ts';
import type { Scope } from './fault-scope.ts';
import { runSchedule } from './schedule.ts';

/** A fault that someone switched on; `applied` is null while its schedule has it waiting. */
interface Armed {
  readonly name: FaultName;
  readonly request: FaultRequest;
  readonly since: number;
  readonly stage: Stage;
  applied: Applied | null;
  scope: Scope;
  count: number;
  unschedule: () => void;
}

/**
 * connection --> [connection faults] --> serve
 * request    --> [write] [content] [delay] [answer] --> endpoints
 *
 * Only faults in effect are in the chain, and the chain is built anew when that changes: one that is off costs nothing.
 */
export interface FaultStage {
  readonly handle: Handler;
  readonly accept: (socket: Socket) => void;
  set(name: string, request: unknown): void;
  clear(name: string): void;
  clearAll(): void;
  armed(
    name: FaultName,
  ): (BackendStats['faults'][number] & Pick<FaultRequest, 'scope'> & { effective: boolean }) | null;
  stats(): BackendStats['faults'];
  notReady(): string[];
  heeds(signal: string): boolean;
}

export function createFaultStage(
  host: FaultHost,
  events: EventRing,
  endpoints: Handler,
  serve: (socket: Socket) => void,
): FaultStage {
  const armed = new Map<FaultName, Armed>();
  let handle = endpoints;
  let accept = serve;

  const inEffect = () =>
    [...armed.values()].flatMap((entry) =>
      entry.applied === null ? [] : [{ entry, applied: entry.applied }],
    );

  const compose = () => {
    const order = inEffect().sort((a, b) => stages.indexOf(a.entry.stage) - stages.indexOf(b.entry.stage));
    handle = order.reduceRight((next, { entry, applied }) => throughRequest(entry, applied, next), endpoints);
    accept = order.reduceRight((next, { entry, applied }) => throughConnection(entry, applied, next), serve);
  };

  const switchOn = (entry: Armed, settings: unknown) => {
    // The settings were parsed by the schema of the same name, which the compiler cannot follow through the union.
    const applied = faultNamed(entry.name).apply(settings as never, host);
    entry.applied = applied;
    entry.scope = createScope(entry.request.scope, applied.share ?? 1, host.random);
    compose();
    events.emit({ type: 'fault', fault: entry.name, on: true, settings });
  };
  const switchOff = (entry: Armed) => {
    if (entry.applied === null) return;
    entry.applied.undo?.();
    entry.applied = null;
    compose();
  };
  const tellOff = (entry: Armed) =>
    events.emit({ type: 'fault', fault: entry.name, on: false, settings: entry.request.settings });

  const disarm = (entry: Armed) => {
    entry.unschedule();
    armed.delete(entry.name);
    switchOff(entry);
  };
  const clear = (entry: Armed) => {
    const was = entry.applied !== null;
    disarm(entry);
    if (was) tellOff(entry);
  };

  const set = (text: string, body: unknown) => {
    const name = known(text);
    const request = parseOrRefuse(faultRequestSchema, body ?? {});
    const settings = withPlace(() => parseOrRefuse(faultSettings[name], request.settings));
    const fault = faultNamed(name);
    checkScope(request.scope, fault.layer);
    const before = armed.get(name);
    if (before !== undefined) disarm(before);
    const entry: Armed = {
      name,
      request: { settings: settings, scope: request.scope },
      since: host.now(),
      stage: fault.stage ?? 'answer',
      applied: null,
      scope: createScope(request.scope, 1, host.random),
      count: 0,
      unschedule: () => undefined,
    };
    armed.set(name, entry);
    try {
      entry.unschedule = runSchedule(
        request.scope.schedule,
        () => switchOn(entry, settings),
        () => {
          switchOff(entry);
          tellOff(entry);
        },
      );
    } catch (error) {
      armed.delete(name);
      throw error;
    }
  };

  return {
    get handle() {
      return handle;
    },
    get accept() {
      return accept;
    },
    set,
    clear(name) {
      const entry = armed.get(known(name));
      if (entry !== undefined) clear(entry);
    },
    clearAll() {
      for (const entry of [...armed.values()]) clear(entry);
    },
    armed(name) {
      const entry = armed.get(name);
      if (entry === undefined) return null;
      return { ...statsOf(entry), scope: entry.request.scope, effective: entry.applied !== null };
    },
    stats: () => [...armed.values()].map(statsOf),
    notReady: () => inEffect().flatMap(({ applied }) => applied.notReady?.() ?? []),
    heeds: (signal) => inEffect().every(({ applied }) => applied.heeds?.(signal) ?? true),
  };
}

function throughRequest(entry: Armed, applied: Applied, next: Handler): Handler {
  const hook = applied.request;
  if (hook === undefined) return next;
  return (exchange) => {
    if (!entry.scope.takesRequest(exchange.method, exchange.path)) {
      next(exchange);
      return;
    }
    entry.count += 1;
    hook(exchange, () => next(exchange));
  };
}

function throughConnection(
  entry: Armed,
  applied: Applied,
  next: (socket: Socket) => void,
): (socket: Socket) => void {
  const hook = applied.connection;
  if (hook === undefined) return next;
  return (socket) => {
    if (!entry.scope.takesConnection()) {
      next(socket);
      return;
    }
    entry.count += 1;
    hook(socket);
  };
}

function statsOf({ name, since, count, request }: Armed): BackendStats['faults'][number] {
  return { name, since, applied: count, settings: request.settings };
}

function known(text: string): FaultName {
  const name = faultNames.find((candidate) => candidate === text);
  if (name !== undefined) return name;
  throw new AdminProblem('not-found', `no fault "${text}"; there are ${faultNames.join(', ')}`, text);
}

function withPlace<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AdminProblem) || error.where === undefined) throw error;
    throw new AdminProblem(error.code, error.message, `settings.${error.where}`.replace(/\.$/, ''));
  }
}
