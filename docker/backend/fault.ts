import type { Socket } from 'node:net';
import type { Front } from '../lib/tls/front.ts';
import type { BackendSettings } from '../protocol/backend.ts';
import type { ContentSource } from './content.ts';
import type { Dependencies } from './dependencies.ts';
import type { Exchange } from './exchange.ts';
import type { Listener } from './listener.ts';
import type { WorkerPool } from './worker-pool.ts';

/**
 * One way to fail. A fault that is off is nowhere: `apply` builds what it hooks in, `undo` takes back what is not a
 * hook. When and to which requests it applies is the stage's business (fault-stage.ts), not the fault's.
 */
export interface Fault<S> {
  /** What a scope can pick from: single requests, single connections, or nothing (the whole process). */
  readonly layer: 'request' | 'connection' | 'process';
  /** Where among request faults: around how the answer leaves, what it says, when, and instead of it. */
  readonly stage?: Stage;
  apply(settings: S, host: FaultHost): Applied;
}

export const stages = ['write', 'content', 'delay', 'answer'] as const;
export type Stage = (typeof stages)[number];

export interface Applied {
  /** May answer, wait, or change how the answer leaves; `next` goes on as if the fault were not there. */
  readonly request?: (exchange: Exchange, next: () => void) => void;
  /** The fault's own share of what the scope lets through. */
  readonly share?: number;
  /** Takes a new connection; it is not served. */
  readonly connection?: (socket: Socket) => void;
  /** Why `/ready` fails, or null. */
  readonly notReady?: () => string | null;
  /** False: the signal is not heeded. */
  readonly heeds?: (signal: string) => boolean;
  readonly undo?: () => void;
}

/** What faults may lay hands on. */
export interface FaultHost {
  readonly node: string;
  readonly port: number;
  readonly settings: () => BackendSettings;
  readonly now: () => number;
  readonly random: () => number;
  readonly listener: Listener;
  /** Null where it holds no certificate. */
  readonly tls: Front | null;
  readonly pool: WorkerPool;
  readonly dependencies: Dependencies;
  readonly content: ContentSource;
  readonly exit: (code: number) => void;
  readonly log: (line: string) => void;
}
