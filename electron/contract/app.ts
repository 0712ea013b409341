/** What the window knows before any lab is up: engines, fallbacks, long work, labs found running. */

export type EngineId = 'docker' | 'local';

/** What an engine can do; a lab or an act names what it needs from this list. */
export const capabilities = [
  'docker',
  'kernel',
  'capture',
  'addresses',
  'signals',
  'shell',
  // Data paths of the kernel, each tried on this machine's own.
  'kube-proxy',
  'nft-dnat',
  'dsr',
  'xdp',
  'ipvs',
  // Linux on x64, for which its library was built.
  'quic',
] as const;
export type Capability = (typeof capabilities)[number];

export interface EngineReport {
  readonly id: EngineId;
  readonly name: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly endpoint: string | null;
  readonly capabilities: readonly Capability[];
  /** Why it is not available, and the one thing to do about it. */
  readonly diagnosis: { readonly what: string; readonly next: string } | null;
  readonly image: ImageReport | null;
  /** Which data paths its kernel can run; left out by an engine whose nodes have no network of their own. */
  readonly planes?: PlanesReport;
}

export interface PlanesReport {
  readonly known: readonly PlaneReport[];
  /** Why nothing is known; null where something is. Until then each is taken to work. */
  readonly unknown: string | null;
}

export interface PlaneReport {
  readonly plane: string;
  readonly works: boolean;
  /** Why it does not. */
  readonly detail: string;
}

export interface ImageReport {
  readonly state: 'present' | 'missing' | 'stale';
  readonly tag: string;
  readonly sizeBytes: number | null;
}

/** A fallback or a trouble that stays visible until it is no longer true. */
export interface Notice {
  readonly id: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly next?: string;
}

/** Long work with real progress: building the image, starting a lab. */
export interface Work {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly cancellable: boolean;
  readonly steps: readonly WorkStep[];
}

export interface WorkStep {
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly detail: string;
  readonly ms: number | null;
}

/** A lab that the engine says is there although this app did not start it. */
export interface FoundLab {
  readonly session: string;
  readonly lab: string;
  readonly engine: EngineId;
  readonly complete: boolean;
  readonly running: number;
  readonly nodes: number;
  readonly startedAt: number | null;
  /**
   * Pid of the live Blindspot that holds it, on an engine whose nodes live and die with their app. From any other
   * process such a lab can be taken down, but not adopted, and it is never to be swept as half-made.
   */
  readonly heldBy?: number;
}

export interface AppState {
  readonly version: string;
  readonly face: 'electron' | 'browser' | 'cli';
  readonly engines: readonly EngineReport[];
  readonly engine: EngineId | null;
  readonly notices: readonly Notice[];
  readonly work: Work | null;
  readonly found: readonly FoundLab[];
}

export interface DoctorReport {
  readonly engines: readonly EngineReport[];
  readonly findings: readonly {
    readonly what: string;
    readonly ok: boolean;
    readonly detail: string;
    readonly next?: string;
  }[];
}
