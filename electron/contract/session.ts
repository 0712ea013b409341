import type { EngineId } from './app.ts';
import type { ErrorShape } from './errors.ts';

export type Phase = 'starting' | 'running' | 'stopping' | 'failed';

export type Role =
  'client' | 'l4' | 'l7' | 'backend' | 'kubelet' | 'kube-node' | RealBalancerRole | StoreRole | 'tools';

/** The systems themselves, in containers of the second image. */
export type RealBalancerRole = 'haproxy' | 'nginx';
export type StoreRole = 'redis' | 'postgres' | 'pgbouncer' | 'mqtt' | 'dns';

export interface SessionState {
  readonly id: string;
  readonly lab: string;
  readonly title: string;
  readonly engine: EngineId;
  readonly phase: Phase;
  readonly startedAt: number;
  /** 20 means that check, drain, delay and back-off timers run 20 times faster than they say. */
  readonly scale: number;
  readonly act: string;
  readonly adopted: boolean;
  readonly error: ErrorShape | null;
  readonly nodes: readonly NodeState[];
  readonly links: readonly Link[];
  /** From `up` to the first 200 measured by a client; null until then. */
  readonly firstAnswerMs: number | null;
}

export interface NodeState {
  readonly name: string;
  readonly role: Role;
  /** The lab's name for it and its like; left out where it stands alone. */
  readonly group?: string;
  /** Column in the topology, left to right: 0 clients, 1 L4, 2 L7, 3 backends, 4 dependencies. */
  readonly tier: number;
  readonly address: string;
  readonly port: number | null;
  readonly state: 'creating' | 'running' | 'stopped' | 'unreachable';
  readonly since: number;
  readonly detail: string;
  readonly container: string | null;
  /** Capabilities that it holds all the time, in its own network; left out where it holds none, as most do. */
  readonly holds?: readonly string[];
  readonly faults: readonly ActiveFault[];
  /** True while the lab keeps this node's faults to itself, because finding them is the exercise. */
  readonly mystery: boolean;
}

export interface ActiveFault {
  readonly name: string;
  readonly title: string;
  readonly settings: unknown;
  readonly since: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly layer: 'l4' | 'l7';
}

/** A JSON value, as it crosses a boundary. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How far a balancer behaves as the real system does whose conduct it has taken on. */
export interface PersonaCard {
  readonly name: string;
  readonly title: string;
  readonly detection: string;
  readonly onEviction: string;
  readonly allDown: string;
  readonly faithful: readonly string[];
  readonly notModelled: readonly string[];
  /** From general knowledge, not checked against a source. */
  readonly unverified: readonly string[];
}

/** What a person can turn on one node. The window draws these from JSON Schema and knows no role by itself. */
/** Certificates and handshakes of one node, in words. */
export interface TlsLine {
  readonly what: string;
  readonly text: string;
}

export interface Controls {
  readonly node: string;
  /** Settings as a person states them (real time). */
  readonly settings: Json;
  /** The same settings as the program runs them (scaled time). */
  readonly effective: Json;
  readonly schema: Json;
  readonly persona: PersonaCard | null;
  readonly faults: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    /** The fault's own settings, and its scope as a group beside them. */
    readonly schema: Json;
    readonly settings: Json | null;
  }[];
}
