import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { EngineReport } from '../../../contract/app.ts';
import { BlindspotError } from '../../../contract/errors.ts';
import { ensureBundles } from '../../programs/bundles.ts';
import type { Bundles } from '../../programs/bundles.ts';
import type { Allocation, Engine, EngineEvent, FoundSession, NodeSpec, SessionSpec } from '../engine.ts';
import { allocateBlock, allocatePorts } from './addresses.ts';
import { adminPaths } from './admin-path.ts';
import { warmCompileCache } from './compile-cache.ts';
import { foundSession } from './found-session.ts';
import type { Ground } from './ground.ts';
import { findLauncher } from './launcher.ts';
import { endLeftovers } from './leftovers.ts';
import { localReport, ownAddresses, pinnedNode } from './local-report.ts';
import { alive, identify } from './process-identity.ts';
import { LocalSession } from './session.ts';
import { isSessionName, SessionRecords } from './session-record.ts';
import { refuseBeside, refuseUnmet, startProblem } from './start-problem.ts';
import { startWatchdog } from './watchdog.ts';

/**
 * The same programs as in the image, as child processes on loopback addresses.
 *
 * Who owns a session, and who may end it. Nodes here live and die with the app that started them: kernel and watchdog
 * see to it even when the app is killed. So after an unclean end there is nothing to adopt, only files to sweep, and,
 * at worst, a process that both missed. Each session has a record on disk naming its owner and its processes by pid
 * and start time; the system is then asked which of them live.
 *   - Owner dead: what is left is ended and swept before this engine first looks or starts anything.
 *   - Owner alive, be it this process or another: the session is reported as complete whatever its nodes do, with
 *     `heldBy`, because nobody but its owner can tell half-made from half-removed, and nobody may sweep it. Any process
 *     of the same user may take it down: its nodes get SIGTERM, a second later SIGKILL, and the owner sees them end.
 *     It cannot be adopted: its pipes, and its nodes' lives, are the owner's.
 */
export interface LocalEngineOptions {
  /** The app's own folder, holding docker/ or out/programs, and node_modules. */
  readonly root: string;
  /** For records, configs and the compile cache; shared by all Blindspots of this user. */
  readonly stateDir: string;
  readonly bundles?: () => Promise<Bundles>;
  /** The Node that runs the programs; by default the pinned one, else the one that runs the app. */
  readonly nodePath?: string;
  readonly platform?: NodeJS.Platform;
  readonly startDeadlineMs?: number;
  /** From SIGTERM to SIGKILL on `stop`; ten seconds, as Docker has it. */
  readonly stopGraceMs?: number;
}

const otherOwnersGraceMs = 1000;

export function createLocalEngine(options: LocalEngineOptions): Engine {
  return new LocalEngine(options);
}

class LocalEngine implements Engine {
  readonly id = 'local';
  private readonly platform: NodeJS.Platform;
  private readonly nodePath: string;
  private readonly records: SessionRecords;
  private readonly options: LocalEngineOptions;
  private readonly sessions = new Map<string, LocalSession>();
  private readonly knownPorts = new Map<string, Readonly<Record<string, number>>>();
  private readonly listeners = new Set<(event: EngineEvent) => void>();
  private grounding: Promise<Ground> | null = null;
  private bundling: Promise<Bundles> | null = null;

  constructor(options: LocalEngineOptions) {
    this.options = options;
    this.platform = options.platform ?? process.platform;
    this.nodePath = options.nodePath ?? pinnedNode(options.root) ?? process.execPath;
    this.records = new SessionRecords(options.stateDir);
  }

  report(): Promise<EngineReport> {
    return localReport(this.nodePath, this.platform, this.options.root);
  }

  async prepare(progress: (step: string, detail: string) => void, signal: AbortSignal): Promise<void> {
    progress('Programs', 'building what has changed');
    const bundles = await this.bundles();
    signal.throwIfAborted();
    await warmCompileCache(this.compileCache, this.nodePath, bundles);
    signal.throwIfAborted();
    progress('Programs', `ready (${bundles.hash})`);
  }

  async allocate(
    session: string,
    names: readonly string[],
    ports: Readonly<Record<string, number>>,
  ): Promise<Allocation> {
    this.knownPorts.set(session, ports);
    return (await ownAddresses(this.platform))
      ? allocateBlock(session, names, ports)
      : allocatePorts(names, ports);
  }

  async up(
    spec: SessionSpec,
    nodes: readonly NodeSpec[],
    onNode: (name: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    refuseUnmet(nodes);
    try {
      const session = await this.open(spec);
      signal.throwIfAborted();
      await session.add(nodes, onNode, signal);
    } catch (error) {
      if (this.sessions.get(spec.session)?.empty === true) await this.remove(spec.session);
      throw startProblem(error);
    }
  }

  async control(session: string, node: string) {
    return this.own(session).control(node);
  }

  async exec(...[session, node, command]: Parameters<Engine['exec']>) {
    refuseBeside(node, command);
    return this.own(session).exec(node, command);
  }

  async logs(...[session, node, listener]: Parameters<Engine['logs']>) {
    return Promise.resolve(this.own(session).follow(node, listener));
  }

  async power(...[session, node, action]: Parameters<Engine['power']>) {
    await this.own(session).power(node, action);
  }

  watch(listener: (event: EngineEvent) => void): Promise<() => void> {
    this.listeners.add(listener);
    return Promise.resolve(() => this.listeners.delete(listener));
  }

  async found(): Promise<readonly FoundSession[]> {
    await this.sweep();
    return Promise.all((await this.records.all()).map((record) => foundSession(record, this.platform)));
  }

  async remove(session: string, nodes?: readonly string[]): Promise<void> {
    const own = this.sessions.get(session);
    if (nodes !== undefined) return own?.drop(nodes);
    if (own !== undefined) {
      await own.remove();
      this.sessions.delete(session);
      this.knownPorts.delete(session);
      return;
    }
    const record = await this.records.read(session);
    if (record === null) return;
    await endLeftovers(record, otherOwnersGraceMs, this.platform);
    await this.records.remove(record);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.sessions.keys()].map((session) => this.remove(session)));
    this.listeners.clear();
    const ground = await this.grounding?.catch(() => null);
    ground?.watchdog.close();
  }

  private async open(spec: SessionSpec): Promise<LocalSession> {
    const present = this.sessions.get(spec.session);
    if (present !== undefined) return present;
    if (!isSessionName(spec.session)) {
      throw new BlindspotError({ code: 'bad-request', message: `"${spec.session}" cannot name a session.` });
    }
    await this.sweep();
    const ground = await this.ground();
    const admin = await adminPaths(spec.session, this.platform);
    const tell = (kind: 'node-up' | 'node-down', node: string, detail: string): void => {
      for (const listener of this.listeners)
        listener({ kind, session: spec.session, node, at: Date.now(), detail });
    };
    const session = new LocalSession(spec, ground, admin, this.knownPorts.get(spec.session) ?? {}, tell);
    this.sessions.set(spec.session, session);
    return session;
  }

  private own(session: string): LocalSession {
    const own = this.sessions.get(session);
    if (own !== undefined) return own;
    throw new BlindspotError({
      code: 'session-none',
      message: 'That lab does not run in this Blindspot.',
      next: 'Use the Blindspot that started it, or take it down and start it here.',
    });
  }

  private ground(): Promise<Ground> {
    this.grounding ??= this.makeGround().catch((error: unknown) => {
      this.grounding = null;
      throw error;
    });
    return this.grounding;
  }

  private async makeGround(): Promise<Ground> {
    const { startDeadlineMs = 15_000, stopGraceMs = 10_000 } = this.options;
    const [owner, launcher, bundles] = await Promise.all([
      identify(process.pid, this.platform),
      findLauncher(this.platform),
      this.bundles(),
    ]);
    const self = owner ?? { pid: process.pid, started: 'unknown' };
    // Of this engine, not only of this process: at its end the watchdog must not take a later engine's nodes along.
    const mark = `${self.pid}.${randomBytes(6).toString('hex')}`;
    return {
      platform: this.platform,
      owner: self,
      mark,
      launcher,
      watchdog: startWatchdog(mark, this.platform),
      records: this.records,
      nodePath: this.nodePath,
      programs: bundles.dir,
      compileCache: this.compileCache,
      startDeadlineMs,
      stopGraceMs,
    };
  }

  private async sweep(): Promise<void> {
    const records = await this.records.all();
    const owners = await alive(
      records.map(({ owner }) => owner),
      this.platform,
    );
    const dead = records.filter(({ owner }) => !owners.includes(owner));
    await Promise.all(
      dead.map(async (record) => {
        await endLeftovers(record, 0, this.platform);
        await this.records.remove(record);
      }),
    );
  }

  /** Asked for once; after a failure, again. */
  private bundles(): Promise<Bundles> {
    const make = this.options.bundles ?? (() => ensureBundles(this.options.root));
    this.bundling ??= make().catch((error: unknown) => {
      this.bundling = null;
      throw error;
    });
    return this.bundling;
  }

  private get compileCache(): string {
    return join(this.options.stateDir, 'compile-cache');
  }
}
