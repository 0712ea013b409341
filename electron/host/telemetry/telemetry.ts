import type { Duplex } from 'node:stream';
import type { WatchLine } from '../../../docker/protocol/admin.ts';
import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { Prediction } from '../../../docker/protocol/prediction.ts';
import type { BackendStats, BalancerStats, ClientStats, Stats } from '../../../docker/protocol/stats.ts';
import type { BalancerHealth, Ledger, ProbeView, Tick } from '../../contract/measure.ts';
import type { Json, Link } from '../../contract/session.ts';
import type { LabRole } from '../lab/lab.ts';
import type { ActOfHand } from '../checks/evidence.ts';
import { BlindspotError } from '../../contract/errors.ts';
import { isSentElsewhere } from './bill.ts';
import { CounterBase } from './counter-base.ts';
import { healthOf } from './health-view.ts';
import type { GroupSettings } from './health-view.ts';
import { isJudged } from './judged.ts';
import { reconcile } from './ledger.ts';
import { openNodeLink } from './node-link.ts';
import type { NodeLink } from './node-link.ts';
import { RequestBook } from './request-log.ts';
import { Samples } from './samples.ts';
import { isBalancer, makeTick } from './tick.ts';
import { upstream } from './upstream.ts';

const tickMs = 250;
const silentAfterMs = 3000;
const keepTicks = 600;
const keepEvents = 4000;
const keepTransitions = 500;
const keepProbes = 40;
const keepActs = 500;
const balancerRoles = new Set(['l4', 'l7', 'haproxy', 'nginx']);

export interface TelemetryListener {
  event(node: string, event: ProgramEvent): void;
  tick(tick: Tick): void;
  requests(): void;
  link(node: string, up: boolean, detail: string): void;
}

/** One lab's measurements: a link to every node, what came over it, and views made of that. */
export class Telemetry {
  readonly samples = new Samples();
  readonly requests = new RequestBook();
  private readonly links = new Map<string, NodeLink>();
  private readonly roles = new Map<string, LabRole>();
  private readonly upAt = new Map<string, number>();
  private readonly events = new Map<string, ProgramEvent[]>();
  /** Apart from the other events: probes come by the thousand, and a bill needs the eviction of an hour ago. */
  private readonly transitions = new Map<string, (ProgramEvent & { type: 'health' })[]>();
  private readonly probes = new Map<string, Map<string, ProbeView[]>>();
  private readonly counters = new CounterBase();
  private acts: ActOfHand[] = [];
  private ticks: Tick[] = [];
  private seq = 0;
  private before = new Map<string, { at: number; stats: Stats }>();
  private readonly timer: NodeJS.Timeout;
  private readonly listener: TelemetryListener;

  constructor(listener: TelemetryListener) {
    this.listener = listener;
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  connect(node: string, role: LabRole, open: () => Promise<Duplex>): void {
    this.links.get(node)?.close();
    this.roles.set(node, role);
    const link = openNodeLink(node, open, {
      line: (name, line) => this.receive(name, line),
      state: (name, up, detail) => {
        if (up) this.upAt.set(name, Date.now());
        else this.upAt.delete(name);
        this.listener.link(name, up, detail);
      },
    });
    this.links.set(node, link);
  }

  disconnect(node: string): void {
    this.links.get(node)?.close();
    this.links.delete(node);
    this.upAt.delete(node);
  }

  async call(
    node: string,
    method: 'GET' | 'PATCH' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: Json,
  ): Promise<Json> {
    const link = this.links.get(node);
    if (link === undefined) throw noSuchNode(node);
    return await link.call(method, path, body);
  }

  roleOf(node: string): LabRole {
    const role = this.roles.get(node);
    if (role === undefined) throw noSuchNode(node);
    return role;
  }

  /** Commands and power are acts that no program can report; faults and settings come from the programs' own events. */
  record(act: ActOfHand): void {
    this.acts = [...this.acts.slice(1 - keepActs), act];
  }

  /** A command goes on printing after it was recorded. */
  amend(before: ActOfHand, after: ActOfHand): void {
    this.acts = this.acts.map((act) => (act === before ? after : act));
  }

  actsOfHand(): readonly ActOfHand[] {
    return this.acts;
  }

  eventsOf(node: string, since: number): readonly ProgramEvent[] {
    return (this.events.get(node) ?? []).filter((event) => event.at >= since);
  }

  recent(count: number): readonly Tick[] {
    return this.ticks.slice(-count);
  }

  history(): readonly Tick[] {
    return this.ticks;
  }

  latest(): ReadonlyMap<string, Stats> {
    return new Map([...this.before].map(([node, sample]) => [node, sample.stats]));
  }

  health(
    settingsOf: (node: string) => GroupSettings | null,
    predicted: (node: string) => Prediction,
    scale: number,
    links: readonly Link[],
  ): readonly BalancerHealth[] {
    const balancers: BalancerHealth[] = [];
    for (const [balancer, role] of this.roles) {
      const stats = this.fresh(balancer);
      const settings = settingsOf(balancer);
      if (!balancerRoles.has(role) || stats === null || !isBalancer(stats) || settings === null) continue;
      balancers.push(
        healthOf({
          balancer,
          stats,
          settings,
          scale,
          prediction: predicted(balancer),
          probes: this.probes.get(balancer) ?? new Map<string, ProbeView[]>(),
          transitions: this.transitions.get(balancer) ?? [],
          acts: this.acts,
          client: (at) => this.clientOf(balancer, links, at),
        }),
      );
    }
    return balancers;
  }

  ledger(): Ledger {
    const all = this.counters.all();
    const clients = all.filter((s): s is ClientStats => s.role === 'client');
    const [newer, older] = [this.ticks.at(-1), this.ticks.at(-2)];
    const quiet = (tick: Tick | undefined): boolean =>
      tick !== undefined && Object.values(tick.clients).every((c) => c.offered === 0 && c.answered === 0);
    return reconcile({
      at: Date.now(),
      settled: clients.every((c) => c.inFlight === 0) && quiet(newer) && quiet(older),
      clients,
      balancers: all.filter((s): s is BalancerStats => isBalancer(s)),
      backends: all.filter((s): s is BackendStats => s.role === 'backend'),
      unwitnessedAtMost: this.counters.unwitnessedAtMost,
      kept: clients.some((c) => c.connections.reused > 0),
    });
  }

  /** Asks every node for its counters now: the ledger is read from one moment, not from samples 250 ms apart. */
  async refresh(): Promise<void> {
    await Promise.all(
      [...this.links.values()].map(async (link) => {
        const stats = (await link.call('GET', '/stats')) as unknown as Stats;
        if ('role' in stats) this.sample(link.node, stats.process.at, stats);
      }),
    );
  }

  /** Until every balancer that is up has judged each of its targets as it is now; or the limit. */
  async untilJudged(limitMs: number, signal: AbortSignal): Promise<void> {
    const limit = Date.now() + limitMs;
    while (!this.judged() && Date.now() < limit) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close(): void {
    clearInterval(this.timer);
    for (const link of this.links.values()) link.close();
    this.links.clear();
  }

  private judged(): boolean {
    for (const node of this.links.keys()) {
      if (!balancerRoles.has(this.roleOf(node))) continue;
      const stats = this.samples.latest(node);
      if (stats === null || !isBalancer(stats)) return false;
      const probes = this.probes.get(node);
      for (const [id, target] of Object.entries(stats.targets))
        if (!isJudged(target, probes?.get(id)?.at(-1) ?? null, this.upAt.get(id) ?? null)) return false;
    }
    return true;
  }

  private receive(node: string, line: WatchLine): void {
    switch (line.kind) {
      case 'stats':
        if ('role' in line.stats) this.sample(node, line.at, line.stats);
        break;
      case 'event':
        this.event(node, line.event);
        break;
      case 'requests':
        this.requests.add(node, this.roles.get(node) ?? '', line.oneIn, line.records);
        this.listener.requests();
        break;
      case 'hello':
        break;
    }
  }

  private sample(node: string, at: number, stats: Stats): void {
    this.samples.add(node, { at, stats: withoutHistograms(stats) });
    this.counters.add(node, stats);
  }

  private event(node: string, event: ProgramEvent): void {
    const ring = this.events.get(node) ?? [];
    ring.push(event);
    if (ring.length > keepEvents) ring.splice(0, ring.length - keepEvents);
    this.events.set(node, ring);
    if (event.type === 'probe') this.probe(node, event);
    if (event.type === 'health' || event.type === 'fault') this.samples.remember(event.at);
    if (event.type === 'health')
      this.transitions.set(node, [...(this.transitions.get(node) ?? []).slice(1 - keepTransitions), event]);
    if (event.type === 'fault') {
      this.record({ kind: 'fault', node, at: event.at, fault: event.fault, on: event.on });
    }
    if (event.type === 'settings') {
      this.record({ kind: 'settings', node, at: event.at, paths: event.changed });
      if (isSentElsewhere(event.changed)) this.samples.remember(event.at);
    }
    this.listener.event(node, event);
  }

  private probe(node: string, event: ProgramEvent & { type: 'probe' }): void {
    const byTarget = this.probes.get(node) ?? new Map<string, ProbeView[]>();
    this.probes.set(node, byTarget);
    const { at, ok, code, detail, durationMs } = event;
    const probes = byTarget.get(event.target) ?? [];
    byTarget.set(event.target, [...probes.slice(1 - keepProbes), { at, ok, code, detail, ms: durationMs }]);
  }

  private tick(): void {
    const now = new Map<string, { at: number; stats: Stats }>();
    for (const node of this.samples.nodes()) {
      const sample = this.samples.get(node);
      if (sample !== null) now.set(node, sample);
    }
    const tick = makeTick(++this.seq, Date.now(), this.before, now);
    this.before = now;
    this.ticks = [...this.ticks.slice(1 - keepTicks), tick];
    this.listener.tick(tick);
  }

  /** A node that has gone silent says nothing of the present: its last figures are not drawn as if they were now. */
  private fresh(node: string): Stats | null {
    const sample = this.samples.get(node);
    return sample === null || Date.now() - sample.at > silentAfterMs ? null : sample.stats;
  }

  /** The client whose requests go through this balancer: others have no say in its bill. */
  private clientOf(
    balancer: string,
    links: readonly Link[],
    at?: number,
  ): { node: string; sample: { at: number; stats: Stats } } | null {
    for (const node of upstream(balancer, links)) {
      const sample = this.roles.get(node) === 'client' ? this.samples.get(node, at) : null;
      if (sample !== null) return { node, sample };
    }
    return null;
  }
}

/** A histogram is for whoever merges them; hundreds of kept samples need only what is drawn from it. */
function withoutHistograms(stats: Stats): Stats {
  if (stats.role !== 'client') return stats;
  const bare = { encoded: '' };
  return {
    ...stats,
    latency: { ...stats.latency, ...bare },
    service: { ...stats.service, ...bare },
    lag: { ...stats.lag, ...bare },
  };
}

function noSuchNode(node: string): BlindspotError {
  return new BlindspotError({
    code: 'node-not-running',
    message: `${node} is not running.`,
    next: 'Start it from its menu.',
    where: node,
  });
}
