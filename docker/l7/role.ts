import { systemClock } from '../balancing/clock.ts';
import { explainRoute } from '../balancing/explain-route.ts';
import { keysRoute } from '../balancing/keys-route.ts';
import { createGroup } from '../balancing/group.ts';
import { memberStats } from '../balancing/member.ts';
import { probeTarget } from '../balancing/probe/probes.ts';
import { replayRoute } from '../balancing/replay-route.ts';
import { AdminProblem } from '../lib/admin-problem.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Front } from '../lib/tls/front.ts';
import type { Context, Program, Role } from '../lib/program-types.ts';
import { l7ConfigSchema, l7SettingsSchema } from '../protocol/balancer.ts';
import type { L7Config, L7Settings } from '../protocol/balancer.ts';
import type { BalancerStats } from '../protocol/stats.ts';
import { explainRequestRoute } from './explain-request.ts';
import { metricsRoute } from './metrics.ts';
import { createProxy, endsTls } from './proxy.ts';

/** The L7 proxy as a program: it reads every request, and counts what each target answered. */
export const l7Role: Role<L7Config> = {
  role: 'l7',
  schema: l7ConfigSchema,
  async start(config: L7Config, context: Context): Promise<Program> {
    const { listen } = config;
    let settings: L7Settings = config.settings;
    const group = createGroup(settings, {
      clock: systemClock,
      random: Math.random,
      probe: probeTarget,
      listener: `${listen.address}:${listen.port}`,
      authority: config.identity?.authority,
      emit: context.events.emit,
    });
    const proxy = createProxy({
      group,
      services: { clock: systemClock, random: Math.random, emit: context.events.emit },
      records: context.records,
      identity: config.identity,
      settings: () => settings,
      log: (line) => process.stdout.write(`${line}\n`),
    });
    try {
      mayShow(settings, proxy.front);
      speaksGrpc(settings);
      await proxy.listen(listen);
    } catch (error) {
      group.dispose();
      throw error;
    }

    const stats = (reader: object): BalancerStats => {
      const targetTls = proxy.secureTargets.stats(reader);
      const bytes = proxy.bytes();
      return {
        role: 'l7',
        process: processStats(context.node, context.now()),
        connections: { ...proxy.connections },
        bytes,
        requests: {
          ...proxy.requests.view(),
          own: { ...proxy.own },
          byPolicy: { ...proxy.byPolicy },
          hedges: proxy.hedging.view(),
        },
        policies: proxy.pipeline.stats(),
        targets: Object.fromEntries(
          group.members.map((member) => [
            member.id,
            {
              ...memberStats(member),
              requests: proxy.targetRequests(member).view(),
              pool: proxy.pool(member),
            },
          ]),
        ),
        failOpen: group.failOpen,
        ...(proxy.front === null ? {} : { tls: proxy.front.stats() }),
        ...(targetTls === null ? {} : { targetTls }),
      };
    };

    return {
      stats,
      settings: {
        schema: l7SettingsSchema,
        get: () => settings,
        async prepare(next) {
          mayShow(next as L7Settings, proxy.front);
          if ((next as L7Settings).ports.some(({ port }) => port === listen.port))
            throw new AdminProblem('bad-request', `port ${listen.port} is its own already`, 'ports');
          await proxy.prepare(next as L7Settings);
        },
        apply(next) {
          const before = settings;
          mayShow(next as L7Settings, proxy.front);
          speaksGrpc(next as L7Settings);
          const take = (wanted: L7Settings) => {
            settings = wanted;
            group.update(settings);
            proxy.settingsChanged();
          };
          try {
            take(next as L7Settings);
          } catch (error) {
            // Refused settings leave nothing behind.
            take(before);
            throw error;
          }
        },
      },
      routes: [
        explainRoute(group),
        explainRequestRoute(proxy.pipeline, group, () => settings, listen),
        keysRoute(group),
        replayRoute(group),
        metricsRoute(() => stats({}), proxy.durations),
      ],
      async stop() {
        await proxy.close(settings.http.stopMs);
        group.dispose();
      },
    };
  },
};

/** gRPC is HTTP/2 only. */
function speaksGrpc({ transcode, pool }: L7Settings): void {
  if (!transcode.enabled || pool.protocol === 'http2') return;
  const why = 'REST to gRPC takes HTTP/2 to targets: set pool.protocol to http2 first';
  throw new AdminProblem('bad-request', why, 'transcode.enabled');
}

/** Ending TLS takes a certificate and its key. */
function mayShow(settings: L7Settings, front: Front | null): void {
  if (!endsTls(settings) || front !== null) return;
  const why = 'this proxy holds no certificate: give its node `certificates` in the lab';
  throw new AdminProblem('bad-request', why, settings.tls.on ? 'tls.on' : 'ports');
}
