//  health, settings --> group --> who serves --> [plane: rules, maps] --> kernel: packets
//                        stats <-- counters  <----------' read back, four times a second
import { systemClock } from '../balancing/clock.ts';
import { createGroup } from '../balancing/group.ts';
import type { Group } from '../balancing/group.ts';
import { memberStats } from '../balancing/member.ts';
import { probeTarget } from '../balancing/probe/probes.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program } from '../lib/program-types.ts';
import { l4SettingsSchema } from '../protocol/balancer.ts';
import type { L4Config, L4Settings } from '../protocol/balancer.ts';
import type { BalancerStats } from '../protocol/stats.ts';
import { takeAddress } from './address.ts';
import { requireOwnNetwork } from './own-network.ts';
import { inStep } from './in-step.ts';
import type { Front, PlaneTarget, Reading, Wanted } from './plane.ts';
import { openPlane } from './planes.ts';
import { refuseUnheeded } from './heeded.ts';
import { watchConnections } from './connections.ts';

const readMs = 250;
/** Each reading starts tools of the kernel's, which costs more than forwarding does; while nobody looks one in four will do. */
const unwatchedEvery = 4;
/** Whoever looked is taken to look on for so long. */
const watchedMs = 5000;

/** The L4 balancer whose kernel forwards. Group, health and draining are those of the forwarder in user space. */
export async function startKernelPlane(config: L4Config, context: Context): Promise<Program> {
  requireOwnNetwork(config.settings.plane);
  let settings = config.settings;
  const front = frontOf(config);
  await takeAddress(front);
  const plane = await openPlane(settings, front);
  const connections = watchConnections(plane, front);
  let reading: Reading | null = null;
  let trouble: string | null = null;
  /** Nodes start side by side: who has not answered ARP yet is asked again with the next reading. */
  let waitsFor: readonly string[] = [];
  let again = false;

  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      trouble = waitsFor.length === 0 ? null : `no answer to ARP from ${waitsFor.join(', ')}`;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== trouble) context.events.emit({ type: 'note', text: `kernel: ${text}` });
      trouble = text;
    }
  };
  const program = async (): Promise<void> => {
    const wanted = wantedOf(group, settings);
    const [before, onlyAgain] = [waitsFor.length, again];
    again = false;
    waitsFor = await plane.serve(wanted);
    // Asked once more and no wiser: nothing has changed that anybody should hear of.
    if (onlyAgain && waitsFor.length === before) return;
    // Read before it is told: whatever is counted after the event was chosen by these rules.
    reading = await plane.read();
    count(group, reading, connections);
    const serving = wanted.serving.map(({ id }) => id);
    context.events.emit({ type: 'kernel', plane: settings.plane, serving });
  };
  const programming = inStep(() => tried(program));
  const group = createGroup(settings, {
    clock: systemClock,
    random: Math.random,
    probe: probeTarget,
    listener: `${front.address}:${front.port}`,
    emit: context.events.emit,
    servingChanged: () => programming.request(),
  });
  // The first rules must hold before anybody hears that this node is up; what they say of health comes later.
  waitsFor = await plane.serve(wantedOf(group, settings)).catch((error: unknown) => {
    group.dispose();
    throw error;
  });
  const read = inStep(() =>
    tried(async () => {
      await programming.settled();
      reading = await plane.read();
      await connections.look();
      count(group, reading, connections);
    }),
  );
  let turn = 0;
  let lookedAt = -Infinity;
  const timer = setInterval(() => {
    if (waitsFor.length > 0) {
      again = true;
      programming.request();
    }
    turn += 1;
    if (turn % unwatchedEvery === 0 || context.now() - lookedAt < watchedMs) read.request();
  }, readMs);

  const look = (): BalancerStats => {
    lookedAt = context.now();
    return stats();
  };
  const stats = (): BalancerStats => ({
    role: 'l4',
    process: processStats(context.node, context.now()),
    connections: {
      accepted: reading?.accepted ?? 0,
      open: connections.open,
      refused: refusedOf(reading),
      failed: 0,
    },
    bytes: bytesOf(reading),
    requests: null,
    targets: Object.fromEntries(
      group.members.map((member) => {
        const seen = reading?.targets.get(member.id);
        const packets = {
          toTarget: seen?.toTarget.packets ?? 0,
          fromTarget: seen === undefined ? 0 : (seen.fromTarget?.packets ?? null),
        };
        return [member.id, { ...memberStats(member), packets, requests: null }];
      }),
    ),
    failOpen: group.failOpen,
    kernel: {
      plane: settings.plane,
      rules: reading?.rules ?? [],
      dropped: reading?.dropped ?? null,
      trouble,
    },
  });

  return {
    stats: look,
    settings: {
      schema: l4SettingsSchema,
      get: () => settings,
      apply(next) {
        const wanted = next as L4Settings;
        refuseUnheeded(settings, wanted);
        plane.check(wanted);
        settings = wanted;
        group.update(settings);
        programming.request();
      },
    },
    routes: [connections.route],
    async stop() {
      clearInterval(timer);
      group.dispose();
      await read.settled();
      await programming.settled();
      await plane.close();
    },
  };
}

function frontOf({ listen, settings }: L4Config): Front {
  const { virtualAddress } = settings.kernel;
  const virtual = virtualAddress !== null && virtualAddress !== listen.address;
  return { address: virtualAddress ?? listen.address, port: listen.port, virtual };
}

function wantedOf(group: Group, settings: L4Settings): Wanted {
  const place = (member: Group['members'][number]): PlaneTarget => ({
    id: member.id,
    address: member.target.address,
    port: member.target.port,
    weight: member.weight,
    draining: !member.registered || member.target.draining,
  });
  return { serving: group.serving.map(place), known: group.members.map(place), settings };
}

/** What the kernel counted becomes the members' own counters: from there on all is as in user space. */
function count(group: Group, reading: Reading, open: { openOf(id: string): number }): void {
  for (const member of group.members) {
    const seen = reading.targets.get(member.id);
    if (seen === undefined) continue;
    member.counters.opened = seen.opened;
    member.counters.toTarget = seen.toTarget.bytes;
    member.counters.fromTarget = seen.fromTarget?.bytes ?? 0;
    member.counters.open = open.openOf(member.id);
    member.active = member.counters.open;
  }
}

/** Asked for, and given to nobody. */
function refusedOf(reading: Reading | null): number {
  if (reading === null) return 0;
  const given = [...reading.targets.values()].reduce((sum, { opened }) => sum + opened, 0);
  return Math.max(0, reading.accepted - given);
}

function bytesOf(reading: Reading | null): BalancerStats['bytes'] {
  const targets = [...(reading?.targets.values() ?? [])];
  return {
    received: targets.reduce((sum, { toTarget }) => sum + toTarget.bytes, 0),
    sent: targets.reduce((sum, { fromTarget }) => sum + (fromTarget?.bytes ?? 0), 0),
  };
}
