import { systemClock } from '../balancing/clock.ts';
import { createGroup } from '../balancing/group.ts';
import { explainRoute } from '../balancing/explain-route.ts';
import { keysRoute } from '../balancing/keys-route.ts';
import { memberStats } from '../balancing/member.ts';
import { probeTarget } from '../balancing/probe/probes.ts';
import { startKernelPlane } from '../kernel/program.ts';
import { replayRoute } from '../balancing/replay-route.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program, Role } from '../lib/program-types.ts';
import { l4ConfigSchema, l4SettingsSchema } from '../protocol/balancer.ts';
import type { L4Config, L4Settings } from '../protocol/balancer.ts';
import type { BalancerStats } from '../protocol/stats.ts';
import { connectionsRoute } from './connections-route.ts';
import { createForwarder } from './forwarder.ts';
import { createUdpForwarder } from './udp.ts';
import { probePreface } from './preface.ts';

/** The L4 forwarder as a program: it knows connections and bytes, and never what is in them. */
export const l4Role: Role<L4Config> = {
  role: 'l4',
  schema: l4ConfigSchema,
  async start(config: L4Config, context: Context): Promise<Program> {
    const { listen } = config;
    if (config.settings.plane !== 'userspace') return startKernelPlane(config, context);
    let settings: L4Settings = config.settings;
    const group = createGroup(settings, {
      clock: systemClock,
      random: Math.random,
      probe: (target, check, signal) =>
        probeTarget({ ...target, preface: probePreface(settings.proxyProtocol) }, check, signal),
      listener: `${listen.address}:${listen.port}`,
      authority: config.identity?.authority,
      emit: context.events.emit,
    });
    const forwarder = createForwarder(group, () => settings, systemClock);
    const udp = createUdpForwarder({
      group,
      counters: forwarder.counters,
      clock: systemClock,
      settings: () => settings,
      note: (text) => context.events.emit({ type: 'note', text }),
    });
    try {
      const port = await forwarder.listen(listen);
      await udp.listen({ address: listen.address, port });
    } catch (error) {
      group.dispose();
      await forwarder.close();
      throw error;
    }

    const stats = (): BalancerStats => ({
      role: 'l4',
      process: processStats(context.node, context.now()),
      connections: { ...forwarder.counters.connections },
      bytes: { ...forwarder.counters.bytes },
      datagrams: settings.udp ? { ...udp.datagrams } : null,
      ended: { ...forwarder.counters.ended },
      blocked: { ...forwarder.counters.blocked },
      requests: null,
      targets: Object.fromEntries(
        group.members.map((member) => [member.id, { ...memberStats(member), requests: null }]),
      ),
      failOpen: group.failOpen,
    });

    return {
      stats,
      settings: {
        schema: l4SettingsSchema,
        get: () => settings,
        apply(next) {
          settings = next as L4Settings;
          group.update(settings);
          forwarder.settingsChanged();
          udp.settingsChanged();
        },
      },
      routes: [connectionsRoute(forwarder, udp), explainRoute(group), keysRoute(group), replayRoute(group)],
      async stop() {
        group.dispose();
        udp.close();
        await forwarder.close();
      },
    };
  },
};
