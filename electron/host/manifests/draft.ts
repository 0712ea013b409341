import type { Settings } from '../lab/lab.ts';

/** A route on its way into the proxy's settings. */
export interface Draft {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Of the node; none is any. */
  readonly ports: readonly number[];
  readonly route: Settings;
}

/** What the traffic of a document's backends is to be. */
export type Speech = 'http' | 'grpc' | 'https';
