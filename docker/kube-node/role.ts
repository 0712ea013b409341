// client -> this node's address:nodePort -> [kernel: KUBE-NODEPORTS, KUBE-SVC, KUBE-SEP, DNAT] -> one endpoint
import { isDeepStrictEqual } from 'node:util';
import { inStep } from '../kernel/in-step.ts';
import { kubeProxy, placeOf } from '../kernel/kube-proxy.ts';
import type { KubeReading } from '../kernel/kube-proxy.ts';
import type { KubeService } from '../kernel/kube-proxy-rules.ts';
import { startSpeaker } from '../kernel/speaker.ts';
import type { Speaker } from '../kernel/speaker.ts';
import { trackedTo } from '../kernel/conntrack.ts';
import type { Tracked } from '../kernel/conntrack.ts';
import { requireOwnNetwork } from '../kernel/own-network.ts';
import { AdminProblem } from '../lib/admin-problem.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program, Role } from '../lib/program-types.ts';
import type { Target } from '../protocol/balancer.ts';
import { kubeNodeConfigSchema, kubeNodeSettingsSchema } from '../protocol/kube-node.ts';
import type { KubeNodeConfig, KubeNodeSettings } from '../protocol/kube-node.ts';
import type { BalancerStats, TargetStats } from '../protocol/stats.ts';

const readMs = 250;
/** Reading the kernel's list of connections is dearer than its rules. */
const trackEvery = 4;

/**
 * A Kubernetes node: its kernel forwards, by the rules that kube-proxy would write for one Service. This process writes
 * them, keeps them in step with the endpoints, and reads their counters; no packet ever passes through it.
 */
export const kubeNodeRole: Role<KubeNodeConfig> = {
  role: 'kube-node',
  schema: kubeNodeConfigSchema,
  async start(config: KubeNodeConfig, context: Context): Promise<Program> {
    requireOwnNetwork('kube-proxy');
    const proxy = kubeProxy();
    let settings = config.settings;
    /** As the rules have it, which without `sync` is not as the settings have it. */
    let written = settings;
    let reading: KubeReading = { accepted: 0, opened: new Map(), rules: [] };
    let tracked: readonly Tracked[] = [];
    let trouble: string | null = null;
    let reads = 0;
    const since = new Map<string, number>();
    /** Every endpoint there ever was: a pod that is gone keeps what it counted. */
    const known = new Map(settings.targets.map((target) => [target.id, target]));

    const tried = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
        trouble = null;
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        context.events.emit({ type: 'note', text: `kernel: ${trouble}` });
      }
    };
    const write = async (next: KubeNodeSettings): Promise<void> => {
      await proxy.sync(serviceOf(next));
      // Read before it is told: whatever is counted after the event was chosen by these rules.
      reading = await proxy.read(serviceOf(next));
      for (const change of changes(written.targets, next.targets)) {
        since.set(change.target, context.now());
        context.events.emit({ type: 'health', ...change, code: 'ADMIN' });
      }
      written = next;
      for (const target of next.targets) known.set(target.id, target);
      const serving = next.targets.filter(({ draining }) => !draining).map(({ id }) => id);
      context.events.emit({ type: 'kernel', plane: 'kube-proxy', serving });
    };
    await write(settings);
    // Rules first: whoever speaks for an address is sent traffic at once.
    const speaker = await speakerOf(settings, context);
    const syncing = inStep(() => tried(() => (settings.sync ? write(settings) : Promise.resolve())));
    const looking = inStep(() =>
      tried(async () => {
        await syncing.settled();
        reading = await proxy.read(serviceOf(written));
        if (reads++ % trackEvery === 0) tracked = await connectionsOf(written);
      }),
    );
    const timer = setInterval(() => looking.request(), readMs);
    const startedAt = context.now();

    return {
      stats: () =>
        statsOf({ context, settings: written, known, reading, tracked, trouble, since, startedAt, speaker }),
      settings: {
        schema: kubeNodeSettingsSchema,
        get: () => settings,
        apply(next) {
          const wanted = next as KubeNodeSettings;
          refuseAnother(settings, wanted);
          settings = wanted;
          speaker?.update(settings.speaker, serves(settings));
          syncing.request();
        },
      },
      async stop() {
        clearInterval(timer);
        await speaker?.stop();
        await looking.settled();
        await syncing.settled();
      },
    };
  },
};

async function speakerOf(
  { speaker, ...settings }: KubeNodeSettings,
  context: Context,
): Promise<Speaker | null> {
  const { address } = speaker;
  if (address === null) return null;
  const { node, events } = context;
  const started = await startSpeaker({ ...speaker, address }, { node, emit: (event) => events.emit(event) });
  started.update(speaker, serves(settings));
  return started;
}

function serves({ targets }: Pick<KubeNodeSettings, 'targets'>): boolean {
  return targets.some(({ draining }) => !draining);
}

/** Who shares an address, and which, is decided when the nodes are made. */
function refuseAnother({ speaker: before }: KubeNodeSettings, { speaker: after }: KubeNodeSettings): void {
  if (before.address === after.address && isDeepStrictEqual(before.peers, after.peers)) return;
  throw new AdminProblem('bad-request', 'the shared address is chosen when the node is made', 'speaker');
}

function serviceOf(settings: KubeNodeSettings): KubeService {
  const { service, clusterAddress, clusterPort, nodePort, affinitySeconds } = settings;
  const endpoints = settings.targets
    .filter(({ draining }) => !draining)
    .map(({ address, port }) => ({ address, port }));
  return {
    name: service,
    protocol: 'tcp',
    clusterAddress,
    clusterPort,
    nodePort,
    affinitySeconds,
    endpoints,
  };
}

async function connectionsOf({ clusterAddress, clusterPort, nodePort }: KubeNodeSettings) {
  return [...(await trackedTo(clusterAddress, clusterPort)), ...(await trackedTo(null, nodePort))];
}

type State = TargetStats['state'];

function stateOf(target: Target | undefined): State {
  if (target === undefined) return 'unused';
  return target.draining ? 'draining' : 'healthy';
}

/** What became of each endpoint between two lists. */
function changes(before: readonly Target[], after: readonly Target[]) {
  const ids = new Set([...before, ...after].map(({ id }) => id));
  return [...ids].flatMap((target) => {
    const from = stateOf(before.find(({ id }) => id === target));
    const to = stateOf(after.find(({ id }) => id === target));
    return from === to ? [] : [{ target, from, to, reason: reasons[to] }];
  });
}

const reasons: Readonly<Record<State, string>> = {
  initial: '',
  healthy: 'Ready: in the rules',
  unhealthy: '',
  draining: 'Not ready: in no rule; what stands goes on',
  unused: 'Gone: in no rule',
};

interface Seen {
  readonly context: Context;
  readonly settings: KubeNodeSettings;
  readonly known: ReadonlyMap<string, Target>;
  readonly reading: KubeReading;
  readonly tracked: readonly Tracked[];
  readonly trouble: string | null;
  readonly since: ReadonlyMap<string, number>;
  readonly startedAt: number;
  readonly speaker: Speaker | null;
}

function statsOf({
  context,
  settings,
  known,
  reading,
  tracked,
  trouble,
  since,
  startedAt,
  speaker,
}: Seen): BalancerStats {
  const openAt = (place: string) => tracked.filter(({ upstream }) => upstream.to === place);
  const bytes = (list: readonly Tracked[], way: 'toTarget' | 'fromTarget') =>
    list.reduce((sum, one) => sum + one[way], 0);
  const entry = (target: Target): TargetStats => {
    const place = placeOf(target);
    const state = stateOf(settings.targets.find(({ id }) => id === target.id));
    const open = openAt(place);
    return {
      state,
      reason: reasons[state],
      since: since.get(target.id) ?? startedAt,
      passes: 0,
      failures: 0,
      nextProbeAt: null,
      probes: { sent: 0, passed: 0, connected: 0 },
      connections: { opened: reading.opened.get(place) ?? 0, failed: 0, open: open.length, reset: 0 },
      bytes: { toTarget: bytes(open, 'toTarget'), fromTarget: bytes(open, 'fromTarget') },
      requests: null,
    };
  };
  const targets = Object.fromEntries([...known.values()].map((target) => [target.id, entry(target)]));
  return {
    role: 'kube-node',
    process: processStats(context.node, context.now()),
    connections: { accepted: reading.accepted, open: tracked.length, refused: 0, failed: 0 },
    bytes: { received: bytes(tracked, 'toTarget'), sent: bytes(tracked, 'fromTarget') },
    requests: null,
    targets,
    failOpen: false,
    kernel: {
      plane: 'kube-proxy',
      rules: reading.rules,
      dropped: null,
      trouble,
      ...(speaker === null ? {} : { speaker: speaker.stats() }),
    },
  };
}
