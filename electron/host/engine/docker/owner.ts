import { hostname } from 'node:os';
import { alive, identify } from '../local/process-identity.ts';
import type { ProcessIdentity } from '../local/process-identity.ts';

/** Which process makes or takes down a session; another one leaves its half-made work alone while it lives. */
export interface Owner {
  readonly host: string;
  readonly process: ProcessIdentity;
}

let self: Promise<Owner> | undefined;

export function thisProcess(): Promise<Owner> {
  self ??= identify(process.pid).then((identity) => ({
    host: hostname(),
    process: identity ?? { pid: process.pid, started: '' },
  }));
  return self;
}

/** Another living process of this machine. Of an engine shared between machines, only the owner's own can tell. */
export async function isOtherAlive(owner: Owner): Promise<boolean> {
  if (owner.host !== hostname() || owner.process.pid === process.pid) return false;
  return (await alive([owner.process])).length > 0;
}
