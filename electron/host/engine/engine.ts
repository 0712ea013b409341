import type { Duplex } from 'node:stream';
import type { EngineId, EngineReport, FoundLab } from '../../contract/app.ts';
import type { ByteSource } from '../../contract/requests.ts';
import type { LogLine } from '../../contract/measure.ts';

/**
 * What runs a lab's nodes. Two exist: Docker containers, and child processes on loopback. Everything above this
 * interface is the same for both; no type of a foreign library crosses it.
 */
export interface Engine {
  readonly id: EngineId;
  /**
   * Does it answer, what can it do, is the image there. Never throws: a diagnosis is a result. `anew`: what was found out
   * before and is kept (of the kernel) is found out again.
   */
  report(anew?: boolean): Promise<EngineReport>;
  /** Makes ready what nodes need (images, bundles). `progress` gets one line per real step. */
  prepare(progress: Progress, signal: AbortSignal, images?: readonly ImageName[]): Promise<void>;
  /** Addresses free of overlap with anything on this machine, for every node that the plan names. */
  allocate(
    session: string,
    names: readonly string[],
    ports: Readonly<Record<string, number>>,
  ): Promise<Allocation>;
  /** Makes the session's networks, then its nodes side by side. `onNode` hears of each as it comes up. */
  up(
    session: SessionSpec,
    nodes: readonly NodeSpec[],
    onNode: (name: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Opens a byte stream to the node's admin socket. */
  control(session: string, node: string): Promise<Duplex>;
  /** A shell, or one command, in the node's place or, with `beside`, in a helper on its network. */
  exec(session: string, node: string, command: ExecSpec): Promise<ExecHandle>;
  logs(session: string, node: string, listener: (line: LogLine) => void): Promise<() => void>;
  power(session: string, node: string, action: PowerAction): Promise<void>;
  /** Node starts and ends, and the engine's own loss, as they happen. */
  watch(listener: (event: EngineEvent) => void): Promise<() => void>;
  /** Everything with our labels: state is what the engine says, not what we remember. */
  found(): Promise<readonly FoundSession[]>;
  /** Removes the named nodes, or, without names, the whole session with its networks. */
  remove(session: string, nodes?: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

/** Our own programs, and the real systems that stand beside them. */
export type ImageName = 'lab' | 'peers';

export type Progress = (step: string, detail: string) => void;

export type PowerAction = 'start' | 'stop' | 'kill' | 'restart' | 'pause' | 'resume';

export interface Allocation {
  /** Opaque to all but the engine that made it; kept in labels so that adoption finds the same addresses. */
  readonly networks: readonly { readonly name: string; readonly subnet: string }[];
  readonly nodes: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
}

export interface SessionSpec {
  readonly session: string;
  readonly lab: string;
  readonly scale: number;
  readonly startedAt: number;
  readonly allocation: Allocation;
  /** Names of sites besides the nodes' own, and the node where each is found. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** How many nodes the lab has when complete. */
  readonly nodeCount: number;
}

export interface NodeSpec {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly port: number;
  /** Exactly what the program reads; JSON. */
  readonly config: string;
  readonly memoryMiB: number;
  readonly pids: number;
  /** Which image it runs; the lab's own when left out. */
  readonly image?: ImageName;
  /** Set at creation, because /proc/sys is read-only later. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Kernel rules for this node's own network, applied by a helper that borrows NET_ADMIN and goes. */
  readonly netfilter: { readonly tool: 'iptables-restore' | 'nft'; readonly rules: string } | null;
  /** Addresses and routes of this node's own network, as lines of `ip -batch`, applied by a helper likewise. */
  readonly routes?: string;
  /** Further addresses of its own; where a machine answers on a whole block, they are there already. */
  readonly addresses?: readonly string[];
  /**
   * Held by the node itself: where the lab's own terminal work needs it, and where its program keeps kernel rules in step
   * with health. SYS_ADMIN is for loading XDP programs alone, on engines that know no CAP_BPF.
   */
  readonly capabilities?: readonly NodeCapability[];
}

export type NodeCapability = 'NET_ADMIN' | 'NET_RAW' | 'SYS_ADMIN';

export interface ExecSpec {
  readonly command: readonly string[];
  readonly tty: { readonly cols: number; readonly rows: number } | null;
  /**
   * Not in the node but beside it: in a helper that is on the node's network for as long as the command runs, and holds
   * just these capabilities. The command ends when its input does. Its output is bytes, each one character (latin1);
   * what it said on its error output comes with the reason of its end. Needs an engine with the capability `capture`.
   */
  readonly beside?: readonly BorrowedCapability[];
}

export type BorrowedCapability = 'NET_ADMIN' | 'NET_RAW' | 'SETGID';

export interface ExecHandle extends ByteSource {
  /** Resolves when the command has ended; null where the engine cannot know. */
  readonly exit: Promise<number | null>;
}

export type EngineEvent =
  | {
      readonly kind: 'node-up' | 'node-down';
      readonly session: string;
      readonly node: string;
      readonly at: number;
      readonly detail: string;
    }
  | { readonly kind: 'engine-lost' | 'engine-back'; readonly at: number; readonly detail: string };

export interface FoundSession extends FoundLab {
  /** Another living process is making or removing it right now: not complete, and not ours to sweep. */
  readonly busy?: boolean;
  readonly spec: SessionSpec | null;
  readonly present: readonly {
    readonly name: string;
    readonly role: string;
    readonly running: boolean;
    readonly container: string | null;
    readonly config: string;
  }[];
}
