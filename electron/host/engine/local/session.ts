import { mkdir, writeFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { BlindspotError } from '../../../contract/errors.ts';
import type { LogLine } from '../../../contract/measure.ts';
import type { ExecHandle, ExecSpec, NodeSpec, PowerAction, SessionSpec } from '../engine.ts';
import type { AdminPaths } from './admin-path.ts';
import type { Ground } from './ground.ts';
import { endLeftovers } from './leftovers.ts';
import { LogRing } from './log-ring.ts';
import { guardMemory, heapFlags } from './memory-guard.ts';
import type { GuardedNode } from './memory-guard.ts';
import { ownerMark, sessionMark } from './marker.ts';
import { withAdmin } from './node-config.ts';
import { notRunning, superviseNode, tryConnect } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import { startTimes } from './process-identity.ts';
import type { SessionRecord } from './session-record.ts';
import { inherited, makeShellHome } from './shell-home.ts';
import { Shells } from './shells.ts';

interface LocalNode {
  readonly spec: NodeSpec;
  readonly admin: string;
  readonly process: NodeProcess;
  readonly log: LogRing;
}

export type Tell = (kind: 'node-up' | 'node-down', node: string, detail: string) => void;

/** One lab on this engine: its nodes, their shells, and the record of them on disk. */
export class LocalSession {
  readonly spec: SessionSpec;
  private readonly ground: Ground;
  private readonly admin: AdminPaths;
  private readonly knownPorts: Readonly<Record<string, number>>;
  private readonly tell: Tell;
  private readonly shells: Shells;
  private readonly nodes = new Map<string, LocalNode>();
  private readonly stopGuard: () => void;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    spec: SessionSpec,
    ground: Ground,
    admin: AdminPaths,
    knownPorts: Readonly<Record<string, number>>,
    tell: Tell,
  ) {
    this.spec = spec;
    this.ground = ground;
    this.admin = admin;
    this.knownPorts = knownPorts;
    this.tell = tell;
    this.shells = new Shells(ground.launcher);
    this.stopGuard = guardMemory(() => [...this.nodes.values()].map(guarded));
  }

  get empty(): boolean {
    return this.nodes.size === 0;
  }

  /** Starts nodes side by side; if one fails, none of them stays. */
  async add(specs: readonly NodeSpec[], onNode: (name: string) => void, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const wanted = AbortSignal.any([signal, failed.signal]);
    const fresh = specs.map((spec) => this.make(spec));
    for (const node of fresh) this.nodes.set(node.spec.name, node);
    try {
      await this.save();
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await Promise.all(
        fresh.map((node) => writeFile(this.configFile(node.spec.name), node.spec.config, { mode: 0o600 })),
      );
      wanted.throwIfAborted();
      await Promise.all(fresh.map((node) => node.process.spawn()));
      const up = fresh.map(async (node) => {
        await node.process.ready(this.ground.startDeadlineMs, wanted);
        onNode(node.spec.name);
        this.tell('node-up', node.spec.name, 'its admin socket answers');
      });
      await Promise.all([...up, this.save()]);
    } catch (error) {
      failed.abort(error);
      await this.drop(fresh.map((node) => node.spec.name));
      throw error;
    }
  }

  async drop(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        await this.nodes.get(name)?.process.retire();
        this.nodes.delete(name);
      }),
    );
    // A hint that could not be written (a full disk) names processes that are gone: whoever reads it will see that.
    await this.save().catch(() => undefined);
  }

  /** Everything of the session: nodes, shells and what they left running, sockets, files. */
  async remove(): Promise<void> {
    this.stopGuard();
    this.shells.hangUp('The lab was taken down.');
    await Promise.all([...this.nodes.values()].map((node) => node.process.retire()));
    await this.saving.catch(() => undefined);
    const record = this.record(new Map());
    await endLeftovers(record, 0, this.ground.platform);
    await this.ground.records.remove(record);
    this.nodes.clear();
  }

  async power(name: string, action: PowerAction): Promise<void> {
    const { process } = this.node(name);
    const { stopGraceMs } = this.ground;
    switch (action) {
      case 'start':
        return this.start(name);
      case 'stop':
        return process.end(stopGraceMs);
      case 'kill':
        return process.end(0);
      case 'restart':
        await process.end(stopGraceMs);
        return this.start(name);
      case 'pause':
        this.signal(name, 'SIGSTOP');
        break;
      case 'resume':
        this.signal(name, 'SIGCONT');
    }
  }

  async control(name: string): Promise<Duplex> {
    const node = this.node(name);
    const socket = node.process.pid() === null ? null : await tryConnect(node.admin);
    if (socket !== null) return socket;
    if (node.process.pid() === null) throw notRunning(name);
    throw new BlindspotError({
      code: 'node-unreachable',
      message: `${name} runs, but its admin socket does not answer.`,
      next: `Restart ${name}.`,
      where: name,
    });
  }

  async exec(name: string, command: ExecSpec): Promise<ExecHandle> {
    const { spec, process, admin } = this.node(name);
    if (process.pid() === null) {
      throw new BlindspotError({
        code: 'terminal-failed',
        message: `${name} is not running, so there is no place for a terminal.`,
        next: `Start ${name}, and open the terminal again.`,
        where: name,
      });
    }
    const home = await makeShellHome({
      dir: join(this.folder, 'shell'),
      lab: this.spec.lab,
      node: name,
      role: spec.role,
      address: spec.address,
      admin,
      hosts: this.spec.hosts ?? {},
      nodes: [...this.nodes.values()].map(({ spec: { name, address, port } }) => ({
        name,
        address,
        port,
        knownPort: this.knownPorts[name] ?? port,
      })),
      ownAddress: spec.address !== '127.0.0.1',
      nodePath: this.ground.nodePath,
      programs: this.ground.programs,
      marks: this.marks(),
    });
    return this.shells.exec(name, home, command);
  }

  follow(name: string, listener: (line: LogLine) => void): () => void {
    return this.node(name).log.follow(listener);
  }

  private async start(name: string): Promise<void> {
    const { process } = this.node(name);
    if (process.pid() !== null) return;
    await process.spawn();
    await this.save();
    await process.ready(this.ground.startDeadlineMs, new AbortController().signal);
    this.tell('node-up', name, 'its admin socket answers');
  }

  private signal(name: string, signal: NodeJS.Signals): void {
    if (this.ground.platform !== 'win32') {
      this.node(name).process.signal(signal);
      return;
    }
    throw new BlindspotError({
      code: 'lab-needs',
      message: 'Windows cannot pause a process.',
      next: 'Use the Docker engine for this lab.',
      where: name,
    });
  }

  private node(name: string): LocalNode {
    const node = this.nodes.get(name);
    if (node !== undefined) return node;
    throw new BlindspotError({
      code: 'not-found',
      message: `There is no node "${name}" in this lab.`,
      next: `It has ${[...this.nodes.keys()].join(', ')}.`,
      where: name,
    });
  }

  private make(planned: NodeSpec): LocalNode {
    const admin = this.admin.of(planned.name);
    const spec = { ...planned, config: withAdmin(planned, admin) };
    const log = new LogRing();
    const { nodePath, programs, compileCache, launcher } = this.ground;
    const process = superviseNode({
      name: spec.name,
      command: [
        nodePath,
        ...heapFlags(spec.memoryMiB),
        join(programs, `${spec.role}.mjs`),
        '--config',
        this.configFile(spec.name),
      ],
      env: {
        ...inherited(globalThis.process.env),
        ...this.marks(),
        PATH: globalThis.process.env.PATH ?? '',
        BLINDSPOT_NODE: spec.name,
        BLINDSPOT_LAB: this.spec.lab,
        NODE_COMPILE_CACHE: compileCache,
        // Where the app is Electron and no other Node was found, its own binary runs the programs.
        ELECTRON_RUN_AS_NODE: '1',
      },
      cwd: this.folder,
      admin,
      log,
      launcher,
      onDown: (detail) => {
        this.shells.hangUp(`${spec.name} has ${detail}, and its terminals with it.`, spec.name);
        this.tell('node-down', spec.name, detail);
      },
    });
    return { spec, admin, process, log };
  }

  private marks(): Record<string, string> {
    return { [sessionMark]: this.spec.session, [ownerMark]: this.ground.mark };
  }

  private get folder(): string {
    return this.ground.records.folder(this.spec.session);
  }

  private configFile(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  /** One after the other, or an older record could overtake a newer one. */
  private save(): Promise<void> {
    const write = async (): Promise<void> => {
      const pids = [...this.nodes.values()].map(({ process }) => process.pid()).filter((pid) => pid !== null);
      const started = await startTimes(pids, this.ground.platform);
      this.ground.watchdog.watch([...started].map(([pid, started]) => ({ pid, started })));
      await this.ground.records.write(this.record(started));
    };
    this.saving = this.saving.then(write, write);
    return this.saving;
  }

  private record(started: ReadonlyMap<number, string>): SessionRecord {
    const nodes = [...this.nodes.values()].map(({ spec: { name, role, config }, process }) => {
      const pid = process.pid();
      const start = pid === null ? undefined : started.get(pid);
      return {
        name,
        role,
        config,
        process: pid === null || start === undefined ? null : { pid, started: start },
      };
    });
    return { version: 1, owner: this.ground.owner, spec: this.spec, sockets: this.admin.dir, nodes };
  }
}

function guarded({ spec, process, log }: LocalNode): GuardedNode {
  return {
    pid: process.pid(),
    memoryMiB: spec.memoryMiB,
    kill: (why) => {
      log.add('stderr', `${spec.name} ${why}`);
      process.signal('SIGKILL');
    },
  };
}
