import { spawnSync } from 'node:child_process';
import { Missing } from '../subject.ts';
import type { Subject } from '../subject.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What a balancer is to do; each kind says it in its own configuration. */
export interface Wanted {
  /** 127.0.0.1 where none is said. */
  readonly address?: string;
  readonly port: number;
  readonly targets: readonly Place[];
  /** What to start it by, where it has a network of its own. */
  readonly within?: readonly string[];
  /** PEM: where it ends TLS. */
  readonly certificate?: Certificate | undefined;
  readonly http2?: boolean;
}

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Somebody who can stand between clients and targets. */
export interface Balancer {
  readonly name: string;
  start(wanted: Wanted): Promise<Subject>;
}

/** "HAProxy 2.6.12"; a peer that is not installed says how to get it. */
export function versionOf(name: string, program: string, flag: string, pattern: RegExp): string {
  const { stdout, stderr, error } = spawnSync(program, [flag], { encoding: 'utf8' });
  if (error !== undefined) throw new Missing(`${name} is not installed (Debian: ${program})`);
  return `${name} ${pattern.exec(stdout + stderr)?.[1] ?? '?'}`;
}
