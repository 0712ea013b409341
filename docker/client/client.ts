import { clientSettingsSchema, handRequestSchema } from '../protocol/client.ts';
import type { ClientConfig, ClientSettings } from '../protocol/client.ts';
import type { ClientStats } from '../protocol/stats.ts';
import { AdminProblem, parseOrRefuse } from '../lib/admin-problem.ts';
import { createHandshakes } from '../lib/tls/handshakes.ts';
import type { AdminCall, AdminRoute } from '../lib/admin-route.ts';
import { machineStats } from '../lib/machine-stats.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program } from '../lib/program-types.ts';
import { createCookieJar } from './cookie-jar.ts';
import { createWire } from './exchange.ts';
import type { Transport } from './exchange.ts';
import { createSendByHand } from './hand.ts';
import { createLagWatch } from './lag-watch.ts';
import { createLoad } from './load.ts';
import { createMixTally } from './mix-tally.ts';
import { createMoves } from './quic/moves.ts';
import { createNotes } from './notes.ts';
import { createSchedule } from './schedule.ts';
import { createTally } from './tally.ts';
import { createTimeLimit } from './time-limit.ts';
import { createTimings } from './timings.ts';
import { createSecure } from './tls.ts';
import { transports } from './transports.ts';

/**
 * schedule --due--> load --request--> transport --> target
 *                     `--> tally, timings, records --> stats
 *
 * Puts the parts together, and follows the settings while they run.
 */
export function startClient(config: ClientConfig, context: Context): Program {
  let settings = config.settings;
  const now = () => settings;
  const wire = createWire();
  const tally = createTally();
  const timings = createTimings();
  const mixTally = createMixTally();
  const jar = createCookieJar(context.now);
  const notes = createNotes(context);
  const handshakes = createHandshakes();
  const moves = createMoves(context.now);
  const lagWatch = createLagWatch((news) => notes.lag(news));
  const retired = new Set<Transport>();
  let transport = createTransport();
  let everQuic = settings.protocol === 'quic';
  /** `scheduled` when sending was last switched on: `total` counts from there. */
  let from = 0;

  const load = createLoad({
    settings: now,
    transport: () => transport,
    context,
    tally,
    timings,
    mixTally,
    jar,
    onEnding: (ending) => notes.ending(ending),
  });
  const schedule = createSchedule(() => performance.now(), fire, idle);
  const limit = createTimeLimit(
    () => performance.now(),
    () => finish(`it has sent for ${settings.stopAfterMs / 1000} s`),
  );
  if (settings.running) start();

  function createTransport(): Transport {
    const { identity } = config;
    const secure = createSecure(settings, identity, handshakes);
    return transports[settings.protocol](now, wire, secure, { identity, moves });
  }

  function start(): void {
    from = tally.scheduled;
    schedule.start(settings);
    limit.start(settings.stopAfterMs);
  }

  function fire(intendedMs: number, nowMs: number): void {
    lagWatch.observe(nowMs - intendedMs, nowMs);
    load.fire(intendedMs, nowMs);
    if (settings.total > 0 && tally.scheduled - from >= settings.total) {
      finish(`all ${settings.total} requests are sent`);
    }
  }

  function idle(): void {
    if (settings.arrival === 'replay') finish('the replay is at its end');
  }

  /** Sending ends by itself, and the settings say so, as if a person had switched it off. */
  function finish(text: string): void {
    cease();
    settings = { ...settings, running: false };
    context.events.emit({ type: 'note', text, data: { scheduled: tally.scheduled } });
    context.events.emit({ type: 'settings', changed: ['running'] });
  }

  function cease(): void {
    schedule.stop();
    limit.stop();
  }

  function apply(next: ClientSettings, changed: readonly string[]): void {
    const before = settings;
    settings = next;
    everQuic ||= next.protocol === 'quic';
    const touches = (names: readonly string[]) =>
      names.some((name) => changed.some((path) => under(path, name)));
    const asksForName = next.tls.on && touches(['host']);
    if (touches(transportSettings) || asksForName || next.users < before.users) {
      transport.retire();
      retired.add(transport);
      transport = createTransport();
    }
    if (touches(['quic'])) transport.settingsChanged?.();
    if (touches(['users'])) load.resize(next.users);
    if (!next.cookieJar) jar.clear();
    if (!next.running) cease();
    else if (!before.running) start();
    else {
      if (touches(arrivalSettings)) schedule.change(next);
      if (touches(['stopAfterMs'])) limit.change(next.stopAfterMs);
    }
  }

  function stats(reader: object): ClientStats {
    const { opened, failed, open, reused, sent, received } = wire;
    const mix = mixTally.view();
    const stopsInMs = limit.leftMs();
    const tls = handshakes.stats(reader);
    return {
      role: 'client',
      process: { ...processStats(context.node, context.now()), machine: machineStats() },
      ...tally.snapshot(settings.users),
      ...(mix === undefined ? {} : { mix }),
      connections: { opened, failed, open, reused },
      bytes: { sent, received },
      ...(stopsInMs === null ? {} : { stopsInMs }),
      ...(tls === null ? {} : { tls }),
      ...(everQuic ? { quic: moves.stats() } : {}),
      latency: timings.latency.since(reader),
      service: timings.service.since(reader),
      lag: timings.lag.since(reader),
    };
  }

  return {
    stats,
    settings: {
      schema: clientSettingsSchema,
      get: now,
      apply: (next, changed) => apply(next as ClientSettings, changed),
    },
    routes: routes(
      createSendByHand(now, context, () =>
        createSecure({ ...settings, protocol: 'http1' }, config.identity, createHandshakes()),
      ),
      timings.whole,
    ),
    stop() {
      cease();
      for (const each of [transport, ...retired]) each.destroy();
      return Promise.resolve();
    },
  };
}

/** A change of these needs other connections. */
const transportSettings = [
  'protocol',
  'address',
  'port',
  'connections',
  'sources',
  'nat',
  'tls',
  'tcpKeepAliveMs',
] as const;
const arrivalSettings = ['arrival', 'rate', 'rampTo', 'rampMs', 'burstSize', 'replay', 'seed'] as const;

function under(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`);
}

function routes(
  sendByHand: ReturnType<typeof createSendByHand>,
  whole: ReturnType<typeof createTimings>['whole'],
): readonly AdminRoute[] {
  return [
    {
      method: 'POST',
      path: '/request',
      handle: async ({ body }: AdminCall) => ({
        answers: await sendByHand(parseOrRefuse(handRequestSchema, body ?? {})),
      }),
    },
    {
      method: 'GET',
      path: '/histogram',
      handle({ query }: AdminCall) {
        const what = query.get('what') ?? 'latency';
        if (what === 'latency' || what === 'service') return whole(what);
        throw new AdminProblem('bad-request', `what must be latency or service, not ${what}`, 'what');
      },
    },
  ];
}
