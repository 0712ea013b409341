import type { L4Settings } from '../protocol/balancer.ts';
import type { KernelRule } from '../protocol/stats.ts';

/** Where clients come in. */
export interface Front {
  readonly address: string;
  readonly port: number;
  /** True where the address is this node's in addition to its own, and so must be put there. */
  readonly virtual: boolean;
}

export interface PlaneTarget {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Asked to go: it gets nothing new, and is no less well for that. */
  readonly draining?: boolean;
}

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** What the kernel has counted, since the plane was opened. */
export interface Reading {
  /** Packets that opened a connection. */
  readonly accepted: number;
  readonly targets: ReadonlyMap<string, TargetReading>;
  readonly rules: readonly KernelRule[];
  readonly dropped: (Count & { readonly nanos?: number }) | null;
}

export interface TargetReading {
  readonly opened: number;
  readonly toTarget: Count;
  /** Null where what the target says does not come this way. */
  readonly fromTarget: Count | null;
}

/** Who may be chosen from now on, and all whom the kernel may still have flows for. */
export interface Wanted {
  readonly serving: readonly PlaneTarget[];
  readonly known: readonly PlaneTarget[];
  readonly settings: L4Settings;
}

/**
 * One way for a kernel to forward. `serve` changes whom new flows are given to, in one step, and touches no flow that
 * stands; whoever calls it never calls it twice at once.
 */
export interface KernelPlane {
  /** True where the kernel follows each connection, so that those which are open can be listed. */
  readonly tracks: boolean;
  /** Throws an AdminProblem for what this plane cannot do. */
  check(settings: L4Settings): void;
  /** The target that answers from `address:port`, of all known. */
  targetAt(place: string): string | null;
  /** Resolves to those of the serving whom nothing can be sent yet, because nobody has answered for their address. */
  serve(wanted: Wanted): Promise<readonly string[]>;
  read(): Promise<Reading>;
  close(): Promise<void>;
}
