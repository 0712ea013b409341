import { randomBytes } from 'node:crypto';
import type { Json, Link, NodeState, Phase, SessionState } from '../../contract/session.ts';
import { BlindspotError, toErrorShape } from '../../contract/errors.ts';
import type { ErrorShape } from '../../contract/errors.ts';
import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { Tick } from '../../contract/measure.ts';
import type {
  Engine,
  EngineEvent,
  ExecHandle,
  FoundSession,
  PowerAction,
  Progress,
  SessionSpec,
} from '../engine/engine.ts';
import { Capture } from '../capture/capture.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import type { Action } from '../../../labs/actions.ts';
import { concreteActions } from './actions.ts';
import type { ActionContext, ConcreteAction } from './actions.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { Certificates } from './certificates.ts';
import { destinations, goalOf, targetsOf, withDestinationFound } from './destination.ts';
import { diff } from './diff.ts';
import type { ManifestFile, ManifestOutcome } from '../../contract/manifests.ts';
import { createKubeletHand } from './kubelet-hand.ts';
import type { ExecEnd, KubeletHand } from './kubelet-hand.ts';
import type { Lab, Settings } from './lab.ts';
import { manifestPatch, mustApply } from './manifests.ts';
import { groupOf } from './node-network.ts';
import { activeFaults, clearFaults, setFault } from './node-faults.ts';
import { linksNow } from './links.ts';
import { mergeSettings } from './merge.ts';
import { NodeSettings } from './node-settings.ts';
import { actNodes, allMembers } from './groups.ts';
import { NodeTable } from './node-table.ts';
import { watchedShell } from './watched-shell.ts';
import { needsPeers, nodeNames, nodePorts, plan, resolver } from './plan.ts';
import type { Plan, PlanContext, PlannedNode } from './plan.ts';

/** A lab begins, and an act that adds nodes, with every target judged; one that cannot be judged begins all the same. */
const firstChecksMs = 5000;
const commandLimitMs = 30_000;
const keptOutput = 64 * 1024;

export interface SessionListener {
  changed(): void;
  event(node: string, event: ProgramEvent): void;
  tick(tick: Tick): void;
  requests(): void;
  settings(node: string): void;
  capture(): void;
  engine(event: EngineEvent): void;
}

/**
 * One lab that is up, or on its way up or down. Phases are explicit; after every await the session asks whether what
 * it is doing is still wanted. It holds no measured state of its own: that is telemetry's.
 */
export class Session {
  readonly id: string;
  readonly lab: Lab;
  readonly engine: Engine;
  readonly scale: number;
  readonly telemetry: Telemetry;
  readonly settings: NodeSettings;
  readonly capture: Capture;
  readonly adopted: boolean;
  startedAt: number;
  actIndex = 0;
  private spec: SessionSpec;
  private phase: Phase = 'starting';
  private error: ErrorShape | null = null;
  private present: Plan = { nodes: [] };
  private readonly nodes: NodeTable;
  private firstAnswerMs: number | null = null;
  private stopWatching: () => void = () => undefined;
  private readonly abort = new AbortController();
  private readonly listener: SessionListener;
  private readonly hand: KubeletHand;
  private readonly store: CertificateStore;
  private certificates: Certificates | null = null;

  constructor(
    lab: Lab,
    engine: Engine,
    scale: number,
    store: CertificateStore,
    listener: SessionListener,
    found?: SessionSpec,
  ) {
    this.store = store;
    this.lab = lab;
    this.engine = engine;
    this.scale = found?.scale ?? scale;
    this.listener = listener;
    this.id = found?.session ?? randomBytes(4).toString('hex');
    this.startedAt = found?.startedAt ?? Date.now();
    this.adopted = found !== undefined;
    this.spec = found ?? {
      session: this.id,
      lab: lab.id,
      scale,
      startedAt: this.startedAt,
      allocation: { networks: [], nodes: {} },
      hosts: lab.file.hosts,
      nodeCount: nodeNamesOf(lab, 0).length,
    };
    this.nodes = new NodeTable(engine.id, this.id);
    this.telemetry = new Telemetry({
      event: (node, event) => this.onEvent(node, event),
      tick: (tick) => this.onTick(tick),
      requests: () => listener.requests(),
      link: (node, up, detail) => this.onLink(node, up, detail),
    });
    this.hand = createKubeletHand({
      call: (node, method, path, body) => this.telemetry.call(node, method, path, body),
      power: (node, action) => this.engine.power(this.id, node, action),
      exec: (node, command, limitMs) => this.execute(node, command, limitMs),
      running: (node) => this.runs(node),
      place: (node) => this.spec.allocation.nodes[node] ?? null,
    });
    this.capture = new Capture({
      exec: (node, command) => this.engine.exec(this.id, node, command),
      nodeAt: (address) => this.present.nodes.find((node) => node.address === address)?.name ?? null,
      changed: () => listener.capture(),
    });
    this.settings = new NodeSettings(this.telemetry, this.scale, (node) => this.listener.settings(node));
  }

  /** Brings up the first act. On any failure everything that was started is taken down again before it throws. */
  async start(progress: Progress, outer: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([outer, this.abort.signal]);
    try {
      await this.engine.prepare(progress, signal, needsPeers(this.lab) ? ['lab', 'peers'] : ['lab']);
      signal.throwIfAborted();
      progress('Finding free addresses', '');
      const allocation = await this.engine.allocate(this.id, nodeNames(this.lab), nodePorts(this.lab));
      signal.throwIfAborted();
      this.startedAt = Date.now();
      this.spec = { ...this.spec, allocation, startedAt: this.startedAt };
      this.certificates = await this.store.make(this.id, this.lab, allocation);
      signal.throwIfAborted();
      const first = plan(this.lab, 0, this.planContext());
      this.stopWatching = await this.engine.watch((event) => this.onEngineEvent(event));
      progress('Starting nodes', `0 of ${first.nodes.length}`);
      await this.bringUp(first, progress, signal);
      signal.throwIfAborted();
      progress('Waiting for the first health checks', '');
      await this.telemetry.untilJudged(firstChecksMs, signal);
      progress('Opening the first act', '');
      this.phase = 'running';
      await this.openAct(0);
      this.listener.changed();
    } catch (thrown) {
      this.fail(thrown);
      await this.takeDown().catch((alsoThrown: unknown) => {
        // An engine that went away explains the rest.
        if (toErrorShape(alsoThrown).code !== 'engine-lost') return;
        this.fail(alsoThrown);
        throw alsoThrown;
      });
      throw thrown;
    }
  }

  private fail(thrown: unknown): void {
    this.error = toErrorShape(thrown);
    this.phase = 'failed';
    this.listener.changed();
  }

  /** Takes over a lab that an earlier app left running. What it measures starts now; settings are as found. */
  async adopt(found: FoundSession): Promise<void> {
    const names = new Set(found.present.map((node) => node.name));
    const act = [...this.lab.acts.keys()].findLast((index) =>
      nodeNamesOf(this.lab, index).every((n) => names.has(n)),
    );
    if (found.spec === null || act === undefined) {
      this.phase = 'failed';
      this.telemetry.close();
      throw new BlindspotError({
        code: 'not-found',
        message: `The lab ${found.lab} (${found.session}) is not complete: ${found.running} of ${found.nodes} nodes run.`,
        next: 'Take it down and start it again.',
      });
    }
    this.actIndex = act;
    const known = await this.store.load(this.id);
    this.certificates = known ?? (await this.store.make(this.id, this.lab, this.spec.allocation));
    this.present = plan(this.lab, act, this.planContext());
    // What they hold is of an authority that nobody has any more: the next act makes them anew.
    if (known === null && this.certificates !== null) this.present = withUnknownConfigs(this.present);
    this.stopWatching = await this.engine.watch((event) => this.onEngineEvent(event));
    for (const node of this.present.nodes) {
      const running = found.present.find((one) => one.name === node.name)?.running === true;
      this.nodes.put(node, running ? 'running' : 'stopped', running ? '' : 'not running when found');
      if (running) this.connect(node);
    }
    this.phase = 'running';
    this.listener.changed();
  }

  /** Moves to another act: nodes that only one of the two has come or go, the rest keeps running. */
  async openAct(index: number): Promise<void> {
    this.mustRun();
    const act = this.lab.acts[index];
    if (act === undefined)
      throw new BlindspotError({ code: 'not-found', message: `There is no act ${index + 1}.` });
    const next = plan(this.lab, index, this.planContext());
    const change = diff(this.present, next);
    if (change.remove.length > 0) {
      for (const name of change.remove) {
        this.telemetry.disconnect(name);
        this.nodes.drop(name);
      }
      await this.engine.remove(this.id, change.remove);
    }
    await this.bringUp(next, () => undefined, this.abort.signal);
    if (change.add.length > 0) await this.telemetry.untilJudged(firstChecksMs, this.abort.signal);
    this.actIndex = index;
    await this.perform(act.begin);
    this.listener.changed();
  }

  async perform(actions: readonly Action[]): Promise<void> {
    for (const action of concreteActions(actions, this.actionContext())) await this.act(action);
  }

  actionContext(): ActionContext {
    return { lab: this.lab, act: this.actIndex, session: this.id, allocation: this.spec.allocation };
  }

  /** A client is sent to a node by its name, as a person types it. */
  /** The settings' schema, with what is known of this session: where a client can be sent. */
  schemaOf(node: string): Json {
    const role = this.telemetry.roleOf(node);
    const schema = this.settings.schema(role);
    if (role !== 'client') return schema;
    const examples = destinations(this.lab, this.actIndex, this.spec.allocation);
    return mergeSettings(schema as Settings, { properties: { address: { examples } } });
  }

  withDestination(patch: Settings): Settings {
    return withDestinationFound(patch, actNodes(this.lab, this.actIndex), this.spec.allocation);
  }

  async act(action: ConcreteAction): Promise<void> {
    this.mustRun();
    switch (action.do) {
      case 'set':
        await this.settings.patch(action.node, action.settings);
        break;
      case 'apply':
        mustApply(await this.apply(action.node, action.file));
        break;
      case 'fault':
        await setFault(this.telemetry, action.node, action.fault, action);
        await this.readFaults(action.node);
        break;
      case 'heal':
        await clearFaults(this.telemetry, action.node, action.fault);
        await this.readFaults(action.node);
        break;
      case 'power':
        await this.power(action.node, action.action);
        break;
      case 'run':
        await this.run(action.node, action.command, action.expect);
        break;
      case 'capture':
        if (action.on) await this.capture.start(action.node, action.seconds);
        else this.capture.stop(action.node);
        break;
      case 'predict':
      case 'answer':
        throw new BlindspotError({
          code: 'bad-request',
          message: 'Answers are the guide’s, not the session’s.',
        });
    }
  }

  /** Kubernetes documents for a balancer. With a problem in them nothing changes; `dry` changes nothing either way. */
  async apply(node: string, file: ManifestFile, dry = false): Promise<ManifestOutcome> {
    this.mustRun();
    const nodes = actNodes(this.lab, this.actIndex);
    const { patch, outcome } = manifestPatch(file, {
      node,
      group: groupOf(nodes, node),
      role: this.telemetry.roleOf(node),
      nodes,
      resolve: resolver(nodes, this.spec.allocation),
      present: this.settings.get(node)?.stated ?? {},
    });
    if (patch !== null && !dry) await this.settings.patch(node, patch);
    return outcome;
  }

  async power(node: string, action: PowerAction): Promise<void> {
    this.mustRun();
    this.nodeOrThrow(node);
    this.telemetry.record({ kind: 'power', node, at: Date.now(), action });
    await this.engine.power(this.id, node, action);
  }

  /** The shell that a person works in at a node. */
  async openTerminal(
    node: string,
    tty: { readonly cols: number; readonly rows: number },
  ): Promise<ExecHandle> {
    this.nodeOrThrow(node);
    return watchedShell(node, await this.engine.exec(this.id, node, { command: [], tty }), this.telemetry);
  }

  /** One command at one node, as typed there; its output becomes evidence. */
  async run(node: string, command: string, expect: string | null): Promise<string> {
    this.nodeOrThrow(node);
    const at = Date.now();
    const { code, output } = await this.execute(node, ['bash', '-lc', command], commandLimitMs);
    this.telemetry.record({ kind: 'command', node, at, text: command, output });
    if (expect !== null && !new RegExp(expect).test(output)) {
      throw new BlindspotError({
        code: 'node-refused',
        message: `At ${node}, "${command}" ended with ${code ?? 'no exit code'} and did not print ${expect}: ${output.slice(-300)}`,
        where: node,
      });
    }
    return output;
  }

  private async execute(node: string, command: readonly string[], limitMs: number): Promise<ExecEnd> {
    const handle = await this.engine.exec(this.id, node, { command, tty: null });
    let output = '';
    handle.onText((text) => {
      output = (output + text).slice(-keptOutput);
    });
    const limit = setTimeout(() => handle.close(), limitMs);
    const code = await handle.exit.finally(() => clearTimeout(limit));
    return { code, output };
  }

  async down(): Promise<void> {
    if (this.phase === 'stopping') return;
    this.phase = 'stopping';
    this.listener.changed();
    this.abort.abort(new BlindspotError({ code: 'cancelled', message: 'The lab is being taken down.' }));
    await this.takeDown();
  }

  /** Lets go without touching what runs: the next start finds it and offers it for adoption. */
  leave(): void {
    this.phase = 'stopping';
    this.stopWatching();
    this.telemetry.close();
    this.capture.close();
  }

  state(mystery: ReadonlySet<string>): SessionState {
    return {
      id: this.id,
      lab: this.lab.id,
      title: this.lab.file.title,
      engine: this.engine.id,
      phase: this.phase,
      startedAt: this.startedAt,
      scale: this.scale,
      act: this.lab.acts[this.actIndex]?.id ?? '',
      adopted: this.adopted,
      error: this.error,
      nodes: this.nodes.view(mystery),
      links: this.links,
      firstAnswerMs: this.firstAnswerMs,
    };
  }

  get links(): readonly Link[] {
    if (this.present.nodes.length === 0) return [];
    const { allocation } = this.spec;
    const stated = (node: string) => this.settings.get(node)?.stated;
    return linksNow(
      this.lab,
      this.actIndex,
      (client) => {
        const known = stated(client);
        return known === undefined ? undefined : goalOf(known, allocation);
      },
      (balancer) => targetsOf(stated(balancer)),
    );
  }

  get running(): boolean {
    return this.phase === 'running';
  }

  get planned(): readonly PlannedNode[] {
    return this.present.nodes;
  }

  nodeOrThrow(name: string): NodeState {
    return this.nodes.must(name);
  }

  private planContext(): PlanContext {
    const { id: session, scale, certificates } = this;
    return { session, allocation: this.spec.allocation, scale, certificates };
  }

  private async bringUp(next: Plan, progress: Progress, signal: AbortSignal): Promise<void> {
    const { add } = diff(this.present, next);
    this.present = next;
    for (const node of add) this.nodes.put(node, 'creating');
    this.listener.changed();
    if (add.length === 0) return;
    let up = 0;
    const byName = new Map(add.map((node) => [node.name, node]));
    const onNode = (name: string): void => {
      const node = byName.get(name);
      if (node === undefined || signal.aborted) return;
      this.nodes.put(node, 'running');
      this.connect(node);
      this.tellKubelets(name, 'started');
      progress('Starting nodes', `${++up} of ${add.length}`);
      this.listener.changed();
    };
    await this.engine.up(this.spec, add, onNode, signal);
  }

  private connect(node: PlannedNode): void {
    this.telemetry.connect(node.name, node.role, () => this.engine.control(this.id, node.name));
  }

  private async takeDown(): Promise<void> {
    this.stopWatching();
    this.telemetry.close();
    this.capture.close();
    await this.engine.remove(this.id);
    await this.store.forget(this.id);
  }

  private async readFaults(name: string): Promise<void> {
    this.nodes.setFaults(name, await activeFaults(this.telemetry, name));
    this.listener.changed();
  }

  private onEvent(node: string, event: ProgramEvent): void {
    if (event.type === 'settings' || event.type === 'reset' || event.type === 'started')
      void this.settings.read(node);
    if (event.type === 'command') this.carriedOut(this.hand.carryOut(node, event));
    if (event.type === 'settings' && this.telemetry.roleOf(node) === 'kubelet')
      this.carriedOut(this.hand.meet(node));
    if (event.type === 'fault' || event.type === 'reset') void this.readFaults(node).catch(() => undefined);
    this.listener.event(node, event);
  }

  private onTick(tick: Tick): void {
    if (this.firstAnswerMs === null) {
      for (const stats of this.telemetry.latest().values()) {
        if (stats.role === 'client' && (stats.byStatus['200'] ?? 0) > 0) {
          this.firstAnswerMs = stats.process.at - this.startedAt;
          this.listener.changed();
        }
      }
    }
    this.listener.tick(tick);
  }

  private onLink(name: string, up: boolean, detail: string): void {
    const node = this.nodes.get(name);
    if (node === undefined || this.phase === 'stopping') return;
    if (up) void this.settings.read(name);
    if (up && node.role === 'kubelet') this.carriedOut(this.hand.meet(name));
    if (up && node.role === 'backend') void this.readFaults(name).catch(() => undefined);
    // A node that the engine says has stopped has no link, and that is not news.
    if (node.state === 'stopped' || node.state === 'creating') return;
    if (this.nodes.set(name, up ? 'running' : 'unreachable', up ? '' : detail)) this.listener.changed();
  }

  private onEngineEvent(event: EngineEvent): void {
    if (!('node' in event)) {
      this.listener.engine(event);
      return;
    }
    const planned = this.present.nodes.find((one) => one.name === event.node);
    const node = this.nodes.get(event.node);
    if (event.session !== this.id || this.phase === 'stopping' || planned === undefined || node === undefined)
      return;
    if (event.kind === 'node-down') {
      this.telemetry.disconnect(event.node);
      this.capture.nodeDown(event.node);
      this.nodes.set(event.node, 'stopped', event.detail, event.at);
    } else if (node.state === 'stopped') {
      this.nodes.set(event.node, 'running', '', event.at);
      this.connect(planned);
    } else return;
    this.tellKubelets(event.node, event.detail);
    this.listener.engine(event);
    this.listener.changed();
  }

  /** Whether a node runs, by the engine; null where it is not there, or not yet. */
  private runs(name: string): boolean | null {
    const state = this.nodes.get(name)?.state;
    return state === undefined || state === 'creating' ? null : state !== 'stopped';
  }

  private tellKubelets(node: string, detail: string): void {
    for (const { name, role } of this.present.nodes)
      if (role === 'kubelet' && name !== node && this.runs(name) === true)
        this.carriedOut(this.hand.tell(name, node, detail));
  }

  /** A kubelet that is gone is told all again when it is back. */
  private carriedOut(work: Promise<void>): void {
    void work.catch(() => undefined);
  }

  private mustRun(): void {
    if (this.phase === 'running') return;
    throw new BlindspotError({
      code: 'phase-illegal',
      message: `The lab is ${this.phase}; it cannot be changed now.`,
      next: this.phase === 'starting' ? 'Wait until it is up.' : 'Start it again.',
    });
  }
}

/** Different from every config, so that `diff` takes none of these nodes for what a plan wants. */
function withUnknownConfigs(present: Plan): Plan {
  return { ...present, nodes: present.nodes.map((node) => ({ ...node, config: '' })) };
}

function nodeNamesOf(lab: Lab, act: number): readonly string[] {
  return allMembers(actNodes(lab, act)).map((member) => member.name);
}
