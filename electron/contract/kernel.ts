/** What stands in the kernels of a lab's nodes, and what crossed their interfaces: the kernels' own counts. */
export interface KernelView {
  readonly windowMs: number;
  readonly planes: readonly KernelPlaneRow[];
  readonly interfaces: readonly InterfaceRow[];
  /** Null until two readings of it are there. */
  readonly machine: MachineRow | null;
}

/** The whole machine's processors over the window, by its kernel: everything that runs on it, this app and the load included. */
export interface MachineRow {
  readonly cores: number;
  /** How many of them were busy, on average. */
  readonly busy: number;
  /** Of these, with packets and timers. */
  readonly softirq: number;
}

export interface KernelPlaneRow {
  readonly node: string;
  readonly plane: string;
  /** Why the kernel does not hold what was wanted; null while it does. */
  readonly trouble: string | null;
  readonly droppedPerSecond: number | null;
  /** What one of them took to judge and drop, by the clock of the program that did; null or left out: not measured. */
  readonly dropNanos?: number | null;
  readonly rules: readonly KernelRuleRow[];
  /** Left out where the node shares no address with others. */
  readonly speaker?: SpeakerRow;
}

/** Whether a node answers ARP for an address that it shares, and what it knows of those it shares it with. */
export interface SpeakerRow {
  readonly address: string;
  readonly speaks: boolean;
  readonly peers: Readonly<Record<string, 'alive' | 'suspect' | 'gone'>>;
}

export interface KernelRuleRow {
  readonly chain: string;
  readonly text: string;
  /** Since the rule was written; null where it has no counter. */
  readonly packets: number | null;
  readonly bytes: number | null;
  readonly perSecond: number | null;
}

export interface InterfaceRow {
  readonly node: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
  /** What its program itself took of a processor, 1 being all of one; the kernel's work for it is not in it. */
  readonly cpu: number | null;
}
