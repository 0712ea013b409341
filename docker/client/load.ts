import type { ClientSettings } from '../protocol/client.ts';
import type { Context } from '../lib/program-types.ts';
import { createRandom } from './arrivals/random.ts';
import type { CookieJar } from './cookie-jar.ts';
import type { Ending, PlannedRequest, Transport } from './exchange.ts';
import { createMix } from './mix.ts';
import type { Kind } from './mix.ts';
import type { MixTally } from './mix-tally.ts';
import { spelledOnce } from './spelled.ts';
import type { Tally } from './tally.ts';
import type { Timings } from './timings.ts';
import { worthRetrying } from './retry.ts';
import { sourceOn } from './quic/source-on.ts';
import { createTurns, userName } from './users.ts';

/**
 * intended time --> user, path, id --> transport --> ending --> tally, timings, record
 *
 * What a request is, and what is kept of it once it has ended.
 */
export interface Load {
  fire(intendedMs: number, nowMs: number): void;
  resize(users: number): void;
}

export interface LoadParts {
  readonly settings: () => ClientSettings;
  readonly transport: () => Transport;
  readonly context: Context;
  readonly tally: Tally;
  readonly timings: Timings;
  readonly mixTally: MixTally;
  readonly jar: CookieJar;
  /** Told of every ending, for whoever keeps notes. */
  readonly onEnding: (ending: Ending) => void;
}

export function createLoad(parts: LoadParts): Load {
  const { settings, transport, context, tally, timings, mixTally, jar } = parts;
  const mix = spelledOnce(settings, createMix);
  // Another sequence than the order of users has.
  const draw = createRandom(settings().seed + 1);
  const turns = createTurns(settings().users, settings().seed);
  // Of this run, so that a client that was started again does not repeat the ids of its former life.
  const run = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  let counter = 0;

  const plan = ({ path, as }: Kind, user: number): PlannedRequest => {
    const name = userName(user);
    counter += 1;
    return {
      id: `${context.node}-${counter.toString(36)}-${run}`,
      client: context.node,
      user,
      userName: name,
      path: path.includes('{user}') ? path.replaceAll('{user}', name) : path,
      as,
      cookies: as.cookieJar ? jar.of(user) : '',
      source: sourceOf(settings(), user),
    };
  };

  return {
    fire(intendedMs, nowMs) {
      const now = settings();
      timings.lag.record(nowMs - intendedMs);
      const { user, round } = turns.next();
      if (tally.inFlight >= now.maxInFlight) {
        tally.shed();
        return;
      }
      const kind = mix()({ user, round }, draw);
      const { route, named } = kind;
      const request = plan(kind, user);
      tally.sent();
      if (named) mixTally.sent(route);
      send(request, now.retries, (ending) => {
        const endedMs = performance.now();
        const latencyMs = endedMs - intendedMs;
        const serviceMs = endedMs - nowMs;
        const outcome = ending.status ?? ending.failure ?? 'local';
        tally.ended(user, ending);
        timings.ended(route, outcome, latencyMs, serviceMs);
        if (named) mixTally.ended(route, ending, latencyMs);
        if (request.as.cookieJar) jar.keep(user, ending.setCookies ?? []);
        context.records.record(request.id, () => ({
          id: request.id,
          at: context.now() - latencyMs,
          connection: ending.connection,
          user: request.userName,
          method: request.as.method,
          path: request.path,
          outcome,
          ok: ending.ok,
          latencyMs,
          serviceMs,
          server: ending.server,
          ...(ending.detail === '' ? {} : { detail: ending.detail }),
          ...(ending.tls === undefined ? {} : { tls: ending.tls }),
        }));
        parts.onEnding(ending);
      });
    },
    resize: (users) => turns.resize(users),
  };

  /** Another attempt is the same request to its user: one id, one entry in the books, its time running on. */
  function send(request: PlannedRequest, retriesLeft: number, done: (ending: Ending) => void): void {
    transport().send(request, (ending) => {
      if (retriesLeft > 0 && worthRetrying(request.as.method, ending)) {
        tally.retried();
        send(request, retriesLeft - 1, done);
      } else {
        done(ending);
      }
    });
  }
}

/** A user lives at one address, as people do; behind a NAT all live at the same. */
function sourceOf({ sources, nat, protocol, quic }: ClientSettings, user: number): string | undefined {
  if (protocol === 'quic') return sourceOn(quic.network, sources);
  return nat ? sources[0] : sources[user % sources.length];
}
