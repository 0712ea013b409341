import type { Settings } from '../lab/lab.ts';

/** A route on its way into the proxy's settings. */
export interface Draft {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly route: Settings;
}

/** What the traffic of a document's backends is to be: one way to all targets is all that a proxy has. */
export type Speech = 'http' | 'grpc' | 'https';
